"""The calendar of working days."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

YEARS = """
CREATE TABLE calendar_year (
    year integer PRIMARY KEY,
    version text NOT NULL,
    provisional boolean NOT NULL,
    holidays date[] NOT NULL,
    working_weekends date[] NOT NULL,
    emitted integer NOT NULL,
    CONSTRAINT calendar_year_told CHECK (emitted >= 1)
)
"""


def upgrade() -> None:
    op.execute(YEARS)


def downgrade() -> None:
    op.execute("DROP TABLE calendar_year")
