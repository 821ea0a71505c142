"""The calendar of working time."""

from alembic import op

from chassis.data.schema import create_working_years

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_working_years(op)


def downgrade() -> None:
    op.execute("DROP TABLE working_year")
