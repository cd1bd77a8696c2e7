"""Pages that did not change are not read again; large files come in parts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    nothing = sa.text("'[]'::jsonb")
    op.add_column(
        "source_pages",
        sa.Column("links", postgresql.JSONB(astext_type=sa.Text()), server_default=nothing, nullable=False),
    )
    for name in ("etag", "last_modified", "digest"):
        op.add_column("source_pages", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("source_pages", sa.Column("unchanged", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("source_contents", sa.Column("part", sa.Integer(), server_default="0", nullable=False))
    op.drop_constraint("source_contents_pkey", "source_contents")
    op.create_primary_key("source_contents_pkey", "source_contents", ["source_id", "part"])


def downgrade() -> None:
    op.execute("delete from source_contents where part > 0")
    op.drop_constraint("source_contents_pkey", "source_contents")
    op.create_primary_key("source_contents_pkey", "source_contents", ["source_id"])
    op.drop_column("source_contents", "part")
    for name in ("unchanged", "digest", "last_modified", "etag", "links"):
        op.drop_column("source_pages", name)
