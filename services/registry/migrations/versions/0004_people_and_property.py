"""Persons and where they live, units and who owns them, what was revealed, the rolls that were answered."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PERSONS = """
CREATE TABLE person (
    person_id uuid PRIMARY KEY,
    name bytea NOT NULL,
    birthday date NOT NULL,
    id_number bytea,
    id_number_index bytea UNIQUE,
    phone bytea,
    phone_index bytea UNIQUE,
    address bytea,
    CONSTRAINT person_id_number_found CHECK ((id_number IS NULL) = (id_number_index IS NULL)),
    CONSTRAINT person_phone_found CHECK ((phone IS NULL) = (phone_index IS NULL))
)
"""
RESIDENCES = """
CREATE TABLE residence (
    person_id uuid NOT NULL REFERENCES person,
    valid_from date NOT NULL,
    valid_to date,
    household text NOT NULL REFERENCES place,
    relation text NOT NULL,
    PRIMARY KEY (person_id, valid_from),
    CONSTRAINT residence_period CHECK (valid_to > valid_from),
    CONSTRAINT residence_relation CHECK (
        relation IN ('head', 'spouse', 'child', 'parent', 'grandparent', 'grandchild', 'sibling', 'other')
    )
)
"""
RESIDENCE_NOW = "CREATE UNIQUE INDEX residence_now ON residence (person_id) WHERE valid_to IS NULL"
RESIDENCE_HEAD = (
    "CREATE UNIQUE INDEX residence_head ON residence (household) WHERE valid_to IS NULL AND relation = 'head'"
)
RESIDENCE_OF_HOUSEHOLD = "CREATE INDEX residence_of_household ON residence (household)"
OWNERS = """
CREATE TABLE organisation_owner (
    organisation_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
)
"""
UNITS = """
CREATE TABLE property_unit (
    unit_id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    place text NOT NULL REFERENCES place,
    use text NOT NULL,
    area_hundredths_m2 bigint NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT property_unit_use CHECK (use IN ('dwelling', 'commercial', 'parking')),
    CONSTRAINT property_unit_area CHECK (area_hundredths_m2 > 0),
    CONSTRAINT property_unit_period CHECK (valid_to > valid_from)
)
"""
UNITS_OF_PLACE = "CREATE INDEX property_unit_of_place ON property_unit (place)"
OWNERSHIPS = """
CREATE TABLE ownership (
    unit_id uuid NOT NULL REFERENCES property_unit,
    owner_id uuid NOT NULL,
    person_id uuid REFERENCES person,
    organisation_id uuid REFERENCES organisation_owner,
    valid_from date NOT NULL,
    valid_to date,
    PRIMARY KEY (unit_id, owner_id, valid_from),
    CONSTRAINT ownership_of_one CHECK (owner_id = coalesce(person_id, organisation_id)
        AND num_nonnulls(person_id, organisation_id) = 1),
    CONSTRAINT ownership_period CHECK (valid_to > valid_from)
)
"""
OWNERSHIP_NOW = "CREATE UNIQUE INDEX ownership_now ON ownership (unit_id, owner_id) WHERE valid_to IS NULL"
OWNERSHIP_OF_PERSON = "CREATE INDEX ownership_of_person ON ownership (person_id)"
REVEALS = """
CREATE TABLE reveal (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    person_id uuid NOT NULL REFERENCES person,
    revealed_to text NOT NULL,
    fields text[] NOT NULL,
    reason text NOT NULL
)
"""
REVEALS_OF_PERSON = "CREATE INDEX reveal_of_person ON reveal (person_id, position)"
REVEAL_STANDS = """
CREATE FUNCTION reveal_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was revealed stays on record'; END $$
"""
REVEAL_NEVER_CHANGES = """
CREATE TRIGGER reveal_never_changes BEFORE UPDATE OR DELETE ON reveal
FOR EACH ROW EXECUTE FUNCTION reveal_stands()
"""
ROLLS = """
CREATE TABLE roll (
    roll_id uuid PRIMARY KEY,
    vote_id uuid NOT NULL,
    place text NOT NULL,
    kind text NOT NULL,
    as_of date NOT NULL,
    count integer NOT NULL,
    area_hundredths_m2 bigint NOT NULL,
    root text NOT NULL,
    answered_at timestamptz NOT NULL
)
"""

# The unit of a tier that a place lies in; a place lies in itself.
PLACE_ABOVE = """
CREATE FUNCTION place_above(below text, wanted text) RETURNS text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up(code, parent, tier) AS (
        SELECT code, parent, tier FROM place WHERE code = below
        UNION ALL SELECT p.code, p.parent, p.tier FROM place p JOIN up ON p.code = up.parent
    )
    SELECT code FROM up WHERE tier = wanted
$$
"""


def upgrade() -> None:
    for statement in (
        PERSONS,
        RESIDENCES,
        RESIDENCE_NOW,
        RESIDENCE_HEAD,
        RESIDENCE_OF_HOUSEHOLD,
        OWNERS,
        UNITS,
        UNITS_OF_PLACE,
        OWNERSHIPS,
        OWNERSHIP_NOW,
        OWNERSHIP_OF_PERSON,
        REVEALS,
        REVEALS_OF_PERSON,
        REVEAL_STANDS,
        REVEAL_NEVER_CHANGES,
        ROLLS,
        PLACE_ABOVE,
    ):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "roll",
        "reveal",
        "ownership",
        "property_unit",
        "organisation_owner",
        "residence",
        "person",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION reveal_stands, place_above")
