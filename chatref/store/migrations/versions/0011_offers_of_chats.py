"""What agents are offered, how many chats they take, and since when they are there"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("chat_limit", sa.Integer(), nullable=True))
    op.add_column(
        "agents",
        sa.Column("here_since", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.alter_column("agents", "here_since", server_default=None)
    op.create_table(
        "offers",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "agent_id"),
    )
    op.create_index("ix_offers_agent", "offers", ["agent_id", "at"])
    op.create_index(
        "ix_events_moves",
        "events",
        ["author_id", "at"],
        postgresql_where=sa.text("type = 'transition' and author_kind = 'agent'"),
    )


def downgrade() -> None:
    op.drop_index("ix_events_moves", table_name="events")
    op.drop_table("offers")
    op.drop_column("agents", "here_since")
    op.drop_column("agents", "chat_limit")
