"""The visitor's time zone, as their browser said when the conversation was begun"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("time_zone", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("conversations", "time_zone")
