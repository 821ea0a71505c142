"""All orders of a case are told on one line."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TOLD = """
CREATE TABLE work_order_told (
    case_id uuid PRIMARY KEY,
    emitted bigint NOT NULL CHECK (emitted >= 1)
) WITH (fillfactor = 70)
"""


def upgrade() -> None:
    op.execute(TOLD)


def downgrade() -> None:
    op.execute("DROP TABLE work_order_told")
