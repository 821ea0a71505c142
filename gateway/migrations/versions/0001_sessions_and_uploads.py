"""Sessions and uploads."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SESSIONS = """
CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    kind text NOT NULL,
    account_id text NOT NULL,
    roles jsonb NOT NULL,
    scope jsonb NOT NULL,
    display_name text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT sessions_kind CHECK (kind IN ('staff', 'department'))
)
"""
SESSIONS_OF_ACCOUNT = "CREATE INDEX sessions_of_account ON sessions (account_id)"
UPLOADS = """
CREATE TABLE uploads (
    media_id uuid PRIMARY KEY,
    owner text NOT NULL,
    kind text NOT NULL,
    mime text NOT NULL,
    size_bytes bigint NOT NULL,
    width integer,
    height integer,
    sha256 text NOT NULL,
    original_sha256 text NOT NULL,
    original_path text NOT NULL,
    shown_path text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uploads_kind CHECK (kind IN ('photo', 'video', 'document'))
)
"""


def upgrade() -> None:
    for statement in (SESSIONS, SESSIONS_OF_ACCOUNT, UPLOADS):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("a first migration is undone by dropping the database")
