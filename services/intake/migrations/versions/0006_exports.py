"""Lists of cases as files, in parts."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EXPORTS = """
CREATE TABLE case_export (
    export_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    principal jsonb NOT NULL,
    filters jsonb,
    encoding text NOT NULL,
    language text NOT NULL,
    state text NOT NULL,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    worked_at timestamptz NOT NULL,
    rows integer NOT NULL,
    size_bytes bigint NOT NULL,
    chunks integer NOT NULL,
    sha256 text,
    behind_at timestamptz,
    behind_id uuid,
    CONSTRAINT case_export_whole CHECK ((state = 'ready') = (sha256 IS NOT NULL))
);
CREATE INDEX case_export_to_do ON case_export (worked_at) WHERE state IN ('queued', 'running');
CREATE INDEX case_export_expiring ON case_export (expires_at)
"""
CHUNKS = """
CREATE TABLE case_export_chunk (
    export_id uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (export_id, number)
)
"""


def upgrade() -> None:
    op.execute(EXPORTS)
    op.execute(CHUNKS)


def downgrade() -> None:
    op.execute("DROP TABLE case_export, case_export_chunk")
