"""The epochs of sources."""

from alembic import op

from chassis.data.schema import create_epochs

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_epochs(op)


def downgrade() -> None:
    op.execute("DROP TABLE source_epoch")
