"""The table of the calendar: a row a year; `emitted` counts the events that it was told in."""

import sqlalchemy as sa

metadata = sa.MetaData()

years = sa.Table(
    "calendar_year",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("holidays", sa.ARRAY(sa.Date), nullable=False),
    sa.Column("working_weekends", sa.ARRAY(sa.Date), nullable=False),
    sa.Column("emitted", sa.Integer, nullable=False),
)
