"""Where and when a photo or a video was taken; restricted."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADD = """
ALTER TABLE uploads
    ADD COLUMN longitude_deg double precision,
    ADD COLUMN latitude_deg double precision,
    ADD COLUMN taken_at timestamptz
"""
DROP = "ALTER TABLE uploads DROP COLUMN longitude_deg, DROP COLUMN latitude_deg, DROP COLUMN taken_at"


def upgrade() -> None:
    op.execute(ADD)


def downgrade() -> None:
    op.execute(DROP)
