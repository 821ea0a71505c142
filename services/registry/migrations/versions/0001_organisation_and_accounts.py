"""Places, departments, categories, accounts, and the chassis's tables."""

from alembic import op

from chassis.data.schema import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PLACES = """
CREATE TABLE place (
    code text PRIMARY KEY,
    tier text NOT NULL,
    parent text REFERENCES place,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    fictional boolean NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    successor text REFERENCES place,
    emitted integer NOT NULL,
    CONSTRAINT place_tier CHECK (tier IN ('district', 'community', 'grid', 'building')),
    CONSTRAINT place_top CHECK ((tier = 'district') = (parent IS NULL)),
    CONSTRAINT place_period CHECK (valid_to > valid_from),
    CONSTRAINT place_succeeded CHECK (successor IS NULL OR valid_to IS NOT NULL),
    CONSTRAINT place_told CHECK (emitted >= 1)
)
"""
PLACES_BELOW = "CREATE INDEX place_below ON place (parent, code)"
DEPARTMENTS = """
CREATE TABLE department (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    former text NOT NULL,
    emitted integer NOT NULL,
    CONSTRAINT department_told CHECK (emitted >= 1)
)
"""
CATEGORIES = """
CREATE TABLE category (
    code text PRIMARY KEY,
    parent text REFERENCES category,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    kind text,
    department text REFERENCES department,
    urgency text,
    "limit" text,
    small boolean NOT NULL,
    valid_from date NOT NULL,
    emitted integer NOT NULL,
    CONSTRAINT category_levels CHECK (
        num_nonnulls(parent, kind, department, urgency, "limit") = CASE WHEN parent IS NULL THEN 0 ELSE 5 END
    ),
    CONSTRAINT category_told CHECK (parent IS NULL OR emitted >= 1)
)
"""
ACCOUNTS = """
CREATE TABLE account (
    account_id uuid PRIMARY KEY,
    display_name text NOT NULL,
    roles jsonb NOT NULL,
    community text REFERENCES place,
    grid text REFERENCES place,
    department text REFERENCES department,
    emitted integer NOT NULL,
    CONSTRAINT account_roles CHECK (jsonb_typeof(roles) = 'array' AND jsonb_array_length(roles) > 0),
    CONSTRAINT account_place CHECK (grid IS NULL OR community IS NOT NULL),
    CONSTRAINT account_told CHECK (emitted >= 1)
)
"""
CREDENTIALS = """
CREATE TABLE credential (
    login text PRIMARY KEY,
    account_id uuid NOT NULL UNIQUE REFERENCES account,
    password_hash text NOT NULL,
    CONSTRAINT credential_hashed CHECK (password_hash LIKE '$argon2id$%')
)
"""
FAILED_SIGN_INS = """
CREATE TABLE failed_sign_in (
    login_hash bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
FAILED_OF_LOGIN = "CREATE INDEX failed_sign_in_of_login ON failed_sign_in (login_hash, at)"


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in (
        PLACES,
        PLACES_BELOW,
        DEPARTMENTS,
        CATEGORIES,
        ACCOUNTS,
        CREDENTIALS,
        FAILED_SIGN_INS,
        FAILED_OF_LOGIN,
    ):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("a first migration is undone by dropping the database")
