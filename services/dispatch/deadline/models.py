"""The tables of deadlines: what was granted, and what falls due. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

# The ledger: a trigger refuses every UPDATE and DELETE.
deadline = sa.Table(
    "deadline",
    metadata,
    # Rows of one case are in their order, because its order is locked meanwhile; never a cursor.
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("order_id", UUID, nullable=False),
    sa.Column("due_at", _TIME, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("calendar_version", sa.Text, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("granted_at", _TIME, nullable=False),
    sa.Index("deadline_of_case", "case_id", "seq"),
)

# What is to happen to an order and when; made anew from the order whenever that changes.
due = sa.Table(
    "due",
    metadata,
    sa.Column("order_id", UUID, primary_key=True),
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("at", _TIME, nullable=False),
    sa.Index("due_next", "at"),
)
