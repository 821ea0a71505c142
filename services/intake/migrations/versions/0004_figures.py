"""The figures, and the archive's log."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COUNTERS = (
    "headline",
    "headline_closed",
    "others",
    "classified",
    "fell_due",
    "on_time",
    "answered",
    "reworked",
    "offered",
    "contacted",
    "visits",
    "resolved",
    "satisfied",
    "unreachable",
    "disputes",
    "disputes_closed",
    "petitions",
    "petitions_closed",
    "spot",
)
# Which transaction wrote an entry: the only cursor that nothing slips behind.
TIMELINE = """
ALTER TABLE case_timeline ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX case_timeline_txid ON case_timeline (txid)
"""
CASES = f"""
CREATE TABLE figure_case (
    case_id uuid PRIMARY KEY,
    day date NOT NULL,
    community text NOT NULL,
    grid text NOT NULL,
    department text,
    category text,
    due_at timestamptz,
    runs boolean NOT NULL,
    {", ".join(f"{name} smallint NOT NULL" for name in _COUNTERS)},
    tally jsonb NOT NULL
) WITH (fillfactor = 70)
"""
INDEXES = """
CREATE INDEX figure_case_day ON figure_case (day, case_id);
CREATE INDEX figure_case_community ON figure_case (community, day, case_id);
CREATE INDEX figure_case_grid ON figure_case (grid, day, case_id);
CREATE INDEX figure_case_department ON figure_case (department, day, case_id);
CREATE INDEX figure_case_category ON figure_case (category, day, case_id);
-- Only what is open and has a clock: small, and answers who is overdue without a look at the table.
CREATE INDEX figure_case_runs ON figure_case (day)
    INCLUDE (due_at, community, grid, department, category) WHERE runs
"""
SUMS = f"""
CREATE TABLE figure_sum (
    scope text NOT NULL,
    grp text NOT NULL,
    day date NOT NULL,
    {", ".join(f"{name} integer NOT NULL" for name in _COUNTERS)},
    PRIMARY KEY (scope, grp, day)
) WITH (fillfactor = 70)
"""
CURSOR = """
CREATE TABLE figure_cursor (one boolean PRIMARY KEY CHECK (one), below bigint NOT NULL);
INSERT INTO figure_cursor VALUES (true, 0)
"""
LOG = """
ALTER TABLE case_seal ADD COLUMN log_index bigint UNIQUE;
CREATE INDEX case_seal_waiting ON case_seal (sealed_at, case_id) WHERE log_index IS NULL;
CREATE TABLE archive_head (
    size bigint PRIMARY KEY,
    district text NOT NULL,
    root text NOT NULL,
    time timestamptz NOT NULL,
    signature text NOT NULL,
    peaks jsonb NOT NULL
)
"""


def upgrade() -> None:
    for statement in (TIMELINE, CASES, INDEXES, SUMS, CURSOR, LOG):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE figure_case, figure_sum, figure_cursor, archive_head")
    op.execute("ALTER TABLE case_timeline DROP COLUMN txid")
    op.execute("ALTER TABLE case_seal DROP COLUMN log_index")
