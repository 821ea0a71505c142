"""What leads to a case in a search; indexes of what lists are filtered by."""

import sqlalchemy as sa
from alembic import op

from services.intake.case import search

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Keys are compared as bytes: they are looked up, and never sorted for people.
WORDS = """
CREATE TABLE case_words (
    case_id uuid PRIMARY KEY,
    reported_at timestamptz NOT NULL,
    keys text[] COLLATE "C" NOT NULL,
    text text NOT NULL,
    number text NOT NULL,
    address text NOT NULL
)
"""
# Reports of some minutes wait in its list: every search reads that through, so it is kept short.
FOUND = "CREATE INDEX case_words_found ON case_words USING gin (keys) WITH (gin_pending_list_limit = 256)"
# The lists of desks are of open cases, of a community or of a department; and few cases stand aside.
LISTS = """
CREATE INDEX cases_of_category ON cases (category, reported_at, case_id) WHERE category IS NOT NULL;
CREATE INDEX cases_open_of_community ON cases (community, reported_at, case_id)
    WHERE closed_at IS NULL AND aside_at IS NULL;
CREATE INDEX cases_open_of_lead ON cases (lead, reported_at, case_id)
    WHERE closed_at IS NULL AND aside_at IS NULL;
CREATE INDEX cases_aside ON cases (reported_at, case_id) WHERE aside_at IS NOT NULL
"""
_CASES = sa.text(f"SELECT case_id, {', '.join(search.Told._fields)} FROM cases ORDER BY reported_at")  # noqa: S608
_ADD = sa.text(
    "INSERT INTO case_words (case_id, reported_at, keys, text, number, address) "
    "VALUES (:case_id, :reported_at, :keys, :text, :number, :address)"
)
_TOGETHER = 500


def upgrade() -> None:
    op.execute(WORDS)
    write_words(op.get_bind())
    op.execute(FOUND)
    op.execute(LISTS)


def write_words(connection: sa.Connection) -> None:
    """Write the words of the cases that are there."""
    for some in connection.execute(_CASES).partitions(_TOGETHER):
        found = [(case, search.findable(search.told_of(case))) for case in some]
        connection.execute(
            _ADD,
            [
                {
                    "case_id": case.case_id,
                    "reported_at": case.reported_at,
                    "keys": list(words.keys),
                    "text": words.text,
                    "number": words.number,
                    "address": words.address,
                }
                for case, words in found
            ],
        )


def downgrade() -> None:
    op.execute("DROP TABLE case_words")
    op.execute("DROP INDEX cases_of_category, cases_open_of_community, cases_open_of_lead, cases_aside")
