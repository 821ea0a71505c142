"""Who was at a joint conference, and the date that a certified resolution has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "conference_attendance",
        sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("present", sa.Integer, nullable=False),
        sa.Column("departments", JSONB, nullable=False),
        sa.Column("recorded_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
    )
    op.add_column("certification", sa.Column("due_on", sa.Date))


def downgrade() -> None:
    raise RuntimeError("who was at a conference has no place in the tables before")
