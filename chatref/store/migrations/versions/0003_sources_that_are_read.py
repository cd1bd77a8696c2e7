"""Sources that are read: their content, their pages, their readings"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("page_limit", sa.Integer(), server_default="1", nullable=False))
    op.add_column("sources", sa.Column("every_seconds", sa.Integer(), nullable=True))
    op.add_column("sources", sa.Column("run", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sources", sa.Column("published_run", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sources", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("passages", sa.Column("page", sa.String(), server_default="", nullable=False))
    op.add_column("passages", sa.Column("page_title", sa.String(), server_default="", nullable=False))
    op.create_table(
        "source_contents",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )
    op.create_table(
        "source_pages",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column(
            "passages",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "run", "url"),
    )


def downgrade() -> None:
    op.drop_table("source_pages")
    op.drop_table("source_contents")
    for column in ("page_title", "page"):
        op.drop_column("passages", column)
    for column in ("read_at", "published_run", "run", "every_seconds", "page_limit"):
        op.drop_column("sources", column)
