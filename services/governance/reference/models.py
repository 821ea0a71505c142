"""The tables of the mirror."""

import sqlalchemy as sa

metadata = sa.MetaData()

department = sa.Table(
    "department",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)

grid = sa.Table(
    "grid",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("community", sa.Text),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
)

category = sa.Table(
    "category",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Date, nullable=False),
)
