"""A service policy for each team, when agents were last there, and what webhooks take"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("policy_versions", sa.Column("team", sa.String(), nullable=False, server_default=""))
    op.add_column("policy_versions", sa.Column("deleted", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("agents", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhooks", sa.Column("format", sa.String(), nullable=False, server_default="standard"))


def downgrade() -> None:
    op.drop_column("webhooks", "format")
    op.drop_column("agents", "seen_at")
    op.execute("delete from policy_versions where team <> ''")
    op.drop_column("policy_versions", "deleted")
    op.drop_column("policy_versions", "team")
