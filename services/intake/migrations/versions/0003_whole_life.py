"""What the rest of the life-cycle needs: questions, attempts, merging and its supporters, waits."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CASES = """
ALTER TABLE cases
    ADD COLUMN attempts jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN due_at timestamptz,
    ADD COLUMN due_provisional boolean NOT NULL DEFAULT false,
    ADD COLUMN question text,
    ADD COLUMN answer text,
    ADD COLUMN master_id uuid,
    ADD COLUMN refusal text,
    ADD COLUMN lawful_channel text,
    ADD COLUMN cancelled_for text,
    ADD COLUMN conferences integer NOT NULL DEFAULT 0,
    ADD COLUMN aside_at timestamptz,
    ADD CONSTRAINT cases_one_end CHECK (closed_at IS NULL OR aside_at IS NULL),
    ADD CONSTRAINT cases_not_its_own_master CHECK (master_id <> case_id)
"""
# What has come before the joint conference already has an item there under this count.
CONFERENCES = """
UPDATE cases SET conferences = (
    SELECT count(*) FROM case_timeline AS entry
    WHERE entry.case_id = cases.case_id AND entry.step = 'record_dissatisfied'
        AND entry.state = 'awaiting_conference' AND NOT entry.late
)
WHERE escalation >= 2
"""
# Merged, refused and cancelled cases are never closed, and are not open either.
OPEN = """
DROP INDEX cases_open;
CREATE INDEX cases_open ON cases (reported_at, case_id) WHERE closed_at IS NULL AND aside_at IS NULL
"""
SUPPORTERS = """
CREATE TABLE case_supporter (
    case_id uuid NOT NULL,
    account_id uuid NOT NULL,
    since timestamptz NOT NULL,
    from_case uuid NOT NULL,
    PRIMARY KEY (case_id, account_id)
);
CREATE INDEX case_supporter_of_account ON case_supporter (account_id)
"""
WAITS = """
CREATE TABLE case_wait (
    case_id uuid PRIMARY KEY,
    state text NOT NULL,
    waits_for text NOT NULL,
    since timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    yellow_at timestamptz NOT NULL,
    provisional boolean NOT NULL,
    calendar_version text NOT NULL,
    card text
);
-- When the next card is due; a red one is the last.
CREATE INDEX case_wait_next ON case_wait
    ((CASE WHEN card IS NULL THEN yellow_at WHEN card = 'yellow' THEN due_at END))
"""
SMALL = "ALTER TABLE categories ADD COLUMN small boolean NOT NULL DEFAULT false"


def upgrade() -> None:
    for statement in (CASES, CONFERENCES, OPEN, SUPPORTERS, WAITS, SMALL):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("cases that were merged, refused or cancelled have no place in the tables before")
