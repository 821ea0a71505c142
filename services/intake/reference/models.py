"""The tables of the mirror."""

import sqlalchemy as sa

metadata = sa.MetaData()

places = sa.Table(
    "places",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
)

categories = sa.Table(
    "categories",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("small", sa.Boolean, nullable=False),
)

departments = sa.Table("departments", metadata, sa.Column("code", sa.Text, primary_key=True))
