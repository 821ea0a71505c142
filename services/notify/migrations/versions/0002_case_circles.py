"""Who stands behind each case."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CIRCLES = """
CREATE TABLE case_circle (
    case_id uuid PRIMARY KEY,
    reporter uuid,
    supporters jsonb NOT NULL
)
"""


def upgrade() -> None:
    op.execute(CIRCLES)


def downgrade() -> None:
    op.execute("DROP TABLE case_circle")
