"""Run by alembic."""

from chassis.data.migrate import run

run()
