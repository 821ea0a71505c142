"""The tables of rolls. Areas in 0.01 m2; times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

roll = sa.Table(
    "roll",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("vote_id", UUID, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("requested_at", _TIME, nullable=False),
    sa.Column("chunks", sa.Integer),
    sa.Column("received", sa.Integer, nullable=False),
    sa.Column("count", sa.BigInteger),
    sa.Column("area_hundredths_m2", sa.BigInteger),
    sa.Column("root", sa.Text),
    sa.Column("fault", sa.Text),
    sa.Column("answered_at", _TIME),
    sa.Column("frozen_at", _TIME),
    sa.Index("roll_of_vote", "vote_id"),
)

roll_entry = sa.Table(
    "roll_entry",
    metadata,
    sa.Column("roll_id", UUID, sa.ForeignKey("roll.id"), primary_key=True),
    sa.Column("entitlement_id", UUID, primary_key=True),
    sa.Column("electors", ARRAY(UUID), nullable=False),
    sa.Column("area_hundredths_m2", sa.BigInteger, nullable=False),
    sa.Index("roll_entry_electors", "electors", postgresql_using="gin"),
)
