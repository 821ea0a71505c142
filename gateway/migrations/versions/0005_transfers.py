"""Uploads that arrive in pieces."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TRANSFERS = """
CREATE TABLE transfers (
    transfer_id uuid PRIMARY KEY,
    owner text NOT NULL,
    media_id uuid NOT NULL,
    length_bytes bigint NOT NULL,
    offset_bytes bigint NOT NULL,
    metadata text NOT NULL,
    path text NOT NULL,
    refused text,
    expires_at timestamptz NOT NULL,
    CONSTRAINT transfers_offset CHECK (offset_bytes BETWEEN 0 AND length_bytes)
)
"""
INDEXES = (
    "CREATE INDEX transfers_of_owner ON transfers (owner)",
    "CREATE INDEX transfers_by_expiry ON transfers (expires_at)",
)


def upgrade() -> None:
    for statement in (TRANSFERS, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE transfers")
