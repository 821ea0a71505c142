"""The one-time codes that residents sign in by."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODES = """
CREATE TABLE login_code (
    request_id uuid PRIMARY KEY,
    phone_index bytea NOT NULL,
    person_id uuid REFERENCES person,
    code_hash bytea NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    used_at timestamptz,
    CONSTRAINT login_code_tries CHECK (tries BETWEEN 0 AND 5)
)
"""
CODES_OF_PHONE = "CREATE INDEX login_code_of_phone ON login_code (phone_index, requested_at)"


def upgrade() -> None:
    op.execute(CODES)
    op.execute(CODES_OF_PHONE)


def downgrade() -> None:
    op.execute("DROP TABLE login_code")
