"""Videos: how long they are, and their posters."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE uploads ADD COLUMN duration_ms integer, ADD COLUMN poster_path text")


def downgrade() -> None:
    op.execute("ALTER TABLE uploads DROP COLUMN duration_ms, DROP COLUMN poster_path")
