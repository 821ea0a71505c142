"""Certified resolutions, what they may name, and items counted by the conferences of a case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0002"
down_revision = "0001"

_COUNTED = """
UPDATE agenda_item SET conference = counted.number
FROM (
    SELECT id, row_number() OVER (PARTITION BY case_id ORDER BY cycle) AS number FROM agenda_item
) AS counted
WHERE counted.id = agenda_item.id
"""


def upgrade() -> None:
    op.create_table(
        "certification",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("recorded_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", UUID, nullable=False),
    )
    op.create_index("certification_of_meeting", "certification", ["meeting_id", "recorded_at"])
    op.create_table(
        "grid",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, nullable=False),
    )
    op.add_column("agenda_item", sa.Column("conference", sa.Integer, nullable=False, server_default="1"))
    op.execute(_COUNTED)
    op.alter_column("agenda_item", "conference", server_default=None)
    op.drop_constraint("agenda_item_once", "agenda_item")
    op.create_unique_constraint("agenda_item_once", "agenda_item", ["case_id", "conference"])


def downgrade() -> None:
    raise RuntimeError("a case that has come twice in one cycle has no place in the tables before")
