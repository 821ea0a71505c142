"""The tables of property."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata = sa.MetaData()

organisations = sa.Table(
    "organisation_owner",
    metadata,
    sa.Column("organisation_id", UUID, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
)

units = sa.Table(
    "property_unit",
    metadata,
    sa.Column("unit_id", UUID, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("use", sa.Text, nullable=False),
    sa.Column("area_hundredths_m2", sa.BigInteger, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
)

ownerships = sa.Table(
    "ownership",
    metadata,
    sa.Column("unit_id", UUID, primary_key=True),
    sa.Column("owner_id", UUID, primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    sa.Column("person_id", UUID),
    sa.Column("organisation_id", UUID),
    sa.Column("valid_to", sa.Date),
)
