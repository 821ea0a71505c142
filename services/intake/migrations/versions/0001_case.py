"""The case, its timeline, numbers and seals, the mirror, and the chassis's tables."""

from alembic import op

from chassis.data.schema import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CASES = """
CREATE TABLE cases (
    case_id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    state text NOT NULL,
    community text NOT NULL,
    grid text NOT NULL,
    text text NOT NULL,
    address text NOT NULL,
    longitude_deg double precision,
    latitude_deg double precision,
    occurred_at timestamptz NOT NULL,
    channel text NOT NULL,
    reported_by text NOT NULL,
    reporter_id uuid,
    reported_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    state_since timestamptz NOT NULL,
    cycle integer NOT NULL,
    escalation integer NOT NULL,
    category text,
    kind text,
    urgency text,
    lead text,
    co_handlers jsonb NOT NULL,
    order_id uuid,
    handler_id uuid,
    documents jsonb NOT NULL,
    closure text,
    score integer,
    resolved boolean,
    seal text,
    closed_at timestamptz,
    archived_at timestamptz,
    version integer NOT NULL,
    emitted integer NOT NULL,
    CONSTRAINT cases_score CHECK (score BETWEEN 1 AND 5),
    CONSTRAINT cases_counts CHECK (cycle >= 1 AND escalation >= 0 AND version >= 1 AND emitted >= 1),
    CONSTRAINT cases_point CHECK ((longitude_deg IS NULL) = (latitude_deg IS NULL)),
    CONSTRAINT cases_sealed CHECK ((archived_at IS NULL) = (seal IS NULL))
) WITH (fillfactor = 70)
"""
# No index names the state. With room left on its page, a step that changes no indexed column
# writes the row alone and leaves all of these untouched.
INDEXES = """
CREATE INDEX cases_newest ON cases (reported_at, case_id);
CREATE INDEX cases_open ON cases (reported_at, case_id) WHERE closed_at IS NULL;
CREATE INDEX cases_of_community ON cases (community, reported_at, case_id);
CREATE INDEX cases_of_grid ON cases (grid, reported_at, case_id);
CREATE INDEX cases_of_reporter ON cases (reporter_id, reported_at, case_id) WHERE reporter_id IS NOT NULL;
CREATE INDEX cases_of_lead ON cases (lead, reported_at, case_id) WHERE lead IS NOT NULL;
-- Exactly the cases in the state closed: what the archive timer asks for.
CREATE INDEX cases_resting ON cases (closed_at) WHERE closed_at IS NOT NULL AND archived_at IS NULL
"""
TIMELINE = """
CREATE TABLE case_timeline (
    case_id uuid NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    cycle integer NOT NULL,
    role text NOT NULL,
    actor uuid,
    late boolean NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (case_id, position)
)
"""
NUMBERS = "CREATE TABLE case_number (day date PRIMARY KEY, last integer NOT NULL)"
SEALS = """
CREATE TABLE case_seal (
    case_id uuid PRIMARY KEY,
    number text NOT NULL,
    sealed_at timestamptz NOT NULL,
    commitments jsonb NOT NULL,
    seal text NOT NULL
)
"""
SALTS = "CREATE TABLE case_salt (case_id uuid PRIMARY KEY, salt bytea NOT NULL)"
MIRROR = """
CREATE TABLE places (
    code text PRIMARY KEY,
    tier text NOT NULL,
    parent text,
    valid_from date NOT NULL,
    valid_to date
);
CREATE TABLE categories (
    code text PRIMARY KEY,
    kind text NOT NULL,
    department text NOT NULL,
    urgency text NOT NULL,
    valid_from date NOT NULL
);
CREATE TABLE departments (code text PRIMARY KEY)
"""


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in (CASES, INDEXES, TIMELINE, NUMBERS, SEALS, SALTS, MIRROR):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("a first migration is undone by dropping the database")
