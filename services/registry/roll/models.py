"""The rolls that were answered, without their entries: those are in what was told."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

metadata = sa.MetaData()

rolls = sa.Table(
    "roll",
    metadata,
    sa.Column("roll_id", UUID, primary_key=True),
    sa.Column("vote_id", UUID, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("area_hundredths_m2", sa.BigInteger, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("answered_at", TIMESTAMP(timezone=True), nullable=False),
)
