"""The table of the mirror."""

import sqlalchemy as sa

metadata = sa.MetaData()

department = sa.Table(
    "department",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)
