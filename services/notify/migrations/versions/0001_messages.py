"""Messages, the mirror, and the chassis's tables."""

from alembic import op

from chassis.data.schema import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MESSAGES = """
CREATE TABLE message (
    message_id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    event_id uuid NOT NULL,
    person uuid NOT NULL,
    template text NOT NULL,
    case_id uuid NOT NULL,
    number text NOT NULL,
    category text,
    at timestamptz NOT NULL,
    read_at timestamptz,
    CONSTRAINT message_once UNIQUE (event_id, person, template)
)
"""
OF_PERSON = "CREATE INDEX message_of_person ON message (person, at, position)"
UNREAD = "CREATE INDEX message_unread ON message (person, at, position) WHERE read_at IS NULL"
ACCOUNTS = """
CREATE TABLE account (
    account_id uuid PRIMARY KEY,
    roles jsonb NOT NULL,
    community text,
    grid text,
    department text
)
"""
ADDRESSEES = """
CREATE TABLE addressee (
    role text NOT NULL,
    place text NOT NULL,
    account_id uuid NOT NULL,
    PRIMARY KEY (role, place, account_id)
)
"""
OF_ACCOUNT = "CREATE INDEX addressee_of_account ON addressee (account_id)"
CATEGORIES = """
CREATE TABLE category (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
)
"""


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in (MESSAGES, OF_PERSON, UNREAD, ACCOUNTS, ADDRESSEES, OF_ACCOUNT, CATEGORIES):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("a first migration is undone by dropping the database")
