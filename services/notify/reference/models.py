"""The tables of the mirror."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = sa.MetaData()

accounts = sa.Table(
    "account",
    metadata,
    sa.Column("account_id", UUID, primary_key=True),
    sa.Column("roles", JSONB, nullable=False),
    sa.Column("community", sa.Text),
    sa.Column("grid", sa.Text),
    sa.Column("department", sa.Text),
)

# Derived from the accounts: whom a relation leads to, by one index.
addressees = sa.Table(
    "addressee",
    metadata,
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("account_id", UUID, primary_key=True),
)

categories = sa.Table(
    "category",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)
