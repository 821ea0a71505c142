"""The tables of persons. What is `bytea` is sealed, or the keyed hash that it is found by."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, TIMESTAMP, UUID

metadata = sa.MetaData()

persons = sa.Table(
    "person",
    metadata,
    sa.Column("person_id", UUID, primary_key=True),
    sa.Column("name", BYTEA, nullable=False),
    sa.Column("birthday", sa.Date, nullable=False),
    sa.Column("id_number", BYTEA),
    sa.Column("id_number_index", BYTEA, unique=True),
    sa.Column("phone", BYTEA),
    sa.Column("phone_index", BYTEA, unique=True),
    sa.Column("address", BYTEA),
)

residences = sa.Table(
    "residence",
    metadata,
    sa.Column("person_id", UUID, primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    sa.Column("valid_to", sa.Date),
    sa.Column("household", sa.Text, nullable=False),
    sa.Column("relation", sa.Text, nullable=False),
)

reveals = sa.Table(
    "reveal",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")),
    sa.Column("person_id", UUID, nullable=False),
    sa.Column("revealed_to", sa.Text, nullable=False),
    sa.Column("fields", ARRAY(sa.Text), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
