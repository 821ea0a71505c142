"""The table of mandates."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata = sa.MetaData()

mandate = sa.Table(
    "mandate",
    metadata,
    sa.Column("vote_id", UUID, primary_key=True),
    sa.Column("giver", UUID, primary_key=True),
    sa.Column("holder", UUID, nullable=False),
    sa.Column("giver_name", sa.Text, nullable=False),
    sa.Column("holder_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
)
