"""The tables of the organisation; `emitted` counts the events that a row was told in."""

import sqlalchemy as sa

metadata = sa.MetaData()

places = sa.Table(
    "place",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("fictional", sa.Boolean, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
    sa.Column("successor", sa.Text),
    sa.Column("emitted", sa.Integer, nullable=False),
)

departments = sa.Table(
    "department",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("former", sa.Text, nullable=False),
    sa.Column("emitted", sa.Integer, nullable=False),
)

categories = sa.Table(
    "category",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("parent", sa.Text),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),
    sa.Column("department", sa.Text),
    sa.Column("urgency", sa.Text),
    sa.Column("limit", sa.Text),
    sa.Column("small", sa.Boolean, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("emitted", sa.Integer, nullable=False),
)

bodies = sa.Table(
    "community_body",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
)

groups = sa.Table(
    "resident_group",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
)

grouped_households = sa.Table(
    "grouped_household",
    metadata,
    sa.Column("household", sa.Text, primary_key=True),
    sa.Column("group_code", sa.Text, nullable=False),
)
