"""Alembic's entry."""

from chassis.data.migrate import run

run()
