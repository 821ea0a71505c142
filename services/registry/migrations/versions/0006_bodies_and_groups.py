"""The bodies of a community, one of each kind, and its resident groups."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BODIES = """
CREATE TABLE community_body (
    code text PRIMARY KEY,
    community text NOT NULL REFERENCES place,
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT community_body_kind CHECK (
        kind IN ('party_committee', 'residents_committee', 'service_centre')
    ),
    CONSTRAINT community_body_period CHECK (valid_to > valid_from)
)
"""
ONE_BODY = "CREATE UNIQUE INDEX community_body_one ON community_body (community, kind) WHERE valid_to IS NULL"
GROUPS = """
CREATE TABLE resident_group (
    code text PRIMARY KEY,
    community text NOT NULL REFERENCES place,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT resident_group_period CHECK (valid_to > valid_from)
)
"""
GROUPED = """
CREATE TABLE grouped_household (
    household text PRIMARY KEY REFERENCES place,
    group_code text NOT NULL REFERENCES resident_group
)
"""
GROUPED_OF = "CREATE INDEX grouped_household_of_group ON grouped_household (group_code)"


def upgrade() -> None:
    for statement in (BODIES, ONE_BODY, GROUPS, GROUPED, GROUPED_OF):
        op.execute(statement)


def downgrade() -> None:
    for table in ("grouped_household", "resident_group", "community_body"):
        op.execute(f"DROP TABLE {table}")
