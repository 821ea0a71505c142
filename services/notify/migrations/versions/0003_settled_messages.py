"""What people did with messages that could not be handled."""

from alembic import op

from chassis.data.schema import create_settled, drop_settled

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_settled(op)


def downgrade() -> None:
    drop_settled(op)
