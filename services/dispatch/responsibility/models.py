"""The tables that mirror registry's categories and departments."""

import sqlalchemy as sa

metadata = sa.MetaData()

responsibility = sa.Table(
    "responsibility",
    metadata,
    sa.Column("category", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("limit", sa.Text, nullable=False),
)

department = sa.Table(
    "department",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)
