"""Saved filters."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SAVED_FILTERS = """
CREATE TABLE saved_filters (
    account_id text,
    name text,
    list text NOT NULL,
    parameters jsonb NOT NULL,
    PRIMARY KEY (account_id, name)
)
"""


def upgrade() -> None:
    op.execute(SAVED_FILTERS)


def downgrade() -> None:
    op.execute("DROP TABLE saved_filters")
