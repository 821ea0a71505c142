import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.principal import the_system
from chassis.refusal import NotFound
from contracts.envelope import decode_data
from contracts.events.registry import CategoryDefined, DepartmentDefined, PlaceDefined, Tier
from services.registry import demo, reference_data, seed
from services.registry.accounts.models import metadata as account_tables
from services.registry.amendments import Amendments
from services.registry.calendar.models import metadata as calendar_tables
from services.registry.codes.models import metadata as code_tables
from services.registry.organisation import queries
from services.registry.organisation.department import Department
from services.registry.organisation.models import metadata as organisation_tables
from services.registry.people.models import metadata as people_tables
from services.registry.property.models import metadata as property_tables
from services.registry.reference_data import ReferenceData
from services.registry.roll.models import metadata as roll_tables
from services.registry.seed import Seeded, WrongCellError
from tests.support.messages import rows, sent

DISTRICT = "140303"


def seeded(database: Database, mode: str = "production") -> Seeded:
    return seed.seed(database, mode=mode, district=DISTRICT)


def test_a_cells_own_department_is_told_and_has_an_officer(database: Database) -> None:
    seeded(database, "test")
    before = len(sent(database))
    forestry = Department(code="LYJ", name_zh="林业局", name_en="Forestry")
    amended = Amendments(added=(forestry,))
    defined = seed.seed(database, mode="test", district=DISTRICT, amended=amended)
    assert (defined.departments, defined.accounts, sum(defined)) == (1, 1, 2)
    told = {event.subject: event for event in sent(database)[before:]}
    assert decode_data(told["department:LYJ"].data, DepartmentDefined).name_zh == "林业局"
    assert str(demo.account_id_of("officer-lyj")) in told
    assert rows(database, "SELECT count(*) FROM credential WHERE login = 'officer-lyj'") == [(1,)]


def test_nobody_signs_in_for_a_removed_department_and_it_stays_on_record(database: Database) -> None:
    seeded(database, "test")
    before = len(sent(database))
    seed.seed(database, mode="test", district=DISTRICT, amended=Amendments(removed=("CGJ",)))
    officers = "SELECT login FROM credential WHERE login LIKE 'officer-%' ORDER BY login LIMIT 2"
    assert rows(database, officers) == [("officer-clh",), ("officer-com",)]
    assert rows(database, "SELECT count(*) FROM department, account WHERE department = 'CGJ'")[0][0] > 0
    assert len(sent(database)) == before
    seeded(database, "test")
    assert rows(database, "SELECT count(*) FROM credential WHERE login = 'officer-cgj'") == [(1,)]


def test_a_production_cell_ends_the_sign_ins_of_a_removed_department_too(database: Database) -> None:
    seeded(database)
    with database.writing(Context(principal=the_system(), correlation_id="t")) as uow:
        uow.connection.execute(
            sa.text(
                "INSERT INTO account (account_id, display_name, roles, department, emitted) "
                "VALUES (gen_random_uuid(), 'x', '[\"department\"]', 'CGJ', 1); "
                "INSERT INTO credential SELECT 'li', account_id, '$argon2id$x' FROM account"
            )
        )
    seed.seed(database, mode="production", district=DISTRICT, amended=Amendments(removed=("CGJ",)))
    assert rows(database, "SELECT count(*) FROM credential") == [(0,)]


def define(database: Database, data: ReferenceData) -> Seeded:
    with database.writing(Context(principal=the_system(), correlation_id="t")) as uow:
        return seed.define(data, (), uow)


def test_the_migration_makes_the_tables_that_the_code_declares(database: Database) -> None:
    inspector = sa.inspect(database.engine)
    dialect = database.engine.dialect
    for metadata in (
        organisation_tables,
        account_tables,
        calendar_tables,
        people_tables,
        property_tables,
        roll_tables,
        code_tables,
    ):
        for table in metadata.sorted_tables:
            made = {each["name"]: each for each in inspector.get_columns(table.name)}
            assert {
                name: (each["type"].compile(dialect), each["nullable"]) for name, each in made.items()
            } == {each.name: (each.type.compile(dialect), each.nullable) for each in table.columns}
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [
                each.name for each in table.primary_key
            ]


def test_a_production_cell_begins_with_places_departments_and_categories_alone(database: Database) -> None:
    assert seeded(database) == Seeded(places=3852, departments=30, categories=84, years=25, accounts=0)
    told = sent(database)
    assert Counter(event.type for event in told) == {
        "registry.place.defined.v1": 497,
        "registry.department.defined.v1": 30,
        "registry.category.defined.v1": 72,
        "registry.calendar.published.v1": 25,
    }
    assert rows(database, "SELECT count(*) FROM account, credential") == [(0,)]


def test_everything_is_told_once_under_a_subject_of_its_own(database: Database) -> None:
    seeded(database, "test")
    told = sent(database)
    subjects = [event.subject for event in told]
    assert len(set(subjects)) == len(subjects) == 497 + 30 + 72 + 25 + 360
    assert {event.sequence for event in told} == {1}
    assert all(event.orderingkey == event.subject and event.source == "registry" for event in told)
    worker = str(demo.account_id_of("worker-c01-g01"))
    assert {"place:c01", "place:c01-g01-b03", "department:CGJ", "category:0202", worker} <= set(subjects)


def test_what_is_told_of_a_place_is_what_the_file_says(database: Database) -> None:
    seeded(database)
    (event,) = (event for event in sent(database) if event.subject == "place:c03")
    told = decode_data(event.data, PlaceDefined)
    assert (told.tier, told.parent, told.fictional) == (Tier.COMMUNITY, DISTRICT, True)
    assert told.valid_from == date(2012, 6, 1)


def test_seeding_again_tells_nothing(database: Database) -> None:
    seeded(database, "test")
    before = sent(database)
    assert seeded(database, "test") == Seeded(places=0, departments=0, categories=0, years=0, accounts=0)
    assert sent(database) == before


def test_a_changed_row_is_told_again_and_nothing_else_is(database: Database) -> None:
    seeded(database)
    data = reference_data.read()
    changed = [
        msgspec.structs.replace(each, department="ZJJ") if each.code == "0202" else each
        for each in data.categories
    ]
    assert define(database, data._replace(categories=changed)) == Seeded(0, 0, 1, 0, 0)
    event = sent(database)[-1]
    assert (event.subject, event.sequence) == ("category:0202", 2)
    assert decode_data(event.data, CategoryDefined).department == "ZJJ"


def test_a_heading_changes_in_silence(database: Database) -> None:
    seeded(database)
    before = len(sent(database))
    data = reference_data.read()
    changed = [
        msgspec.structs.replace(each, name_en="Streets") if each.code == "01" else each
        for each in data.categories
    ]
    assert define(database, data._replace(categories=changed)) == Seeded(0, 0, 1, 0, 0)
    assert len(sent(database)) == before


def test_the_files_of_another_district_are_refused(database: Database) -> None:
    with pytest.raises(WrongCellError, match="140303"):
        seed.seed(database, mode="demo", district="140302")
    assert rows(database, "SELECT count(*) FROM place") == [(0,)]


def test_a_production_cell_that_holds_demo_accounts_refuses_to_be_seeded(database: Database) -> None:
    seeded(database, "test")
    with pytest.raises(WrongCellError, match="demo accounts"):
        seeded(database, "production")


def test_a_password_that_was_changed_stays_when_the_cell_is_seeded_again(database: Database) -> None:
    seeded(database, "test")
    with database.writing(Context(correlation_id="t")) as uow:
        uow.connection.execute(
            sa.text("UPDATE credential SET password_hash = '$argon2id$other' WHERE login = 'operator'")
        )
    seeded(database, "test")
    assert rows(database, "SELECT password_hash FROM credential WHERE login = 'operator'") == [
        ("$argon2id$other",)
    ]


def test_the_tree_is_read_as_it_stood_on_a_day(database: Database) -> None:
    data = reference_data.read()
    end = date(2020, 1, 1)
    places = [
        msgspec.structs.replace(each, valid_to=end) if each.code == "c05-g10-b03" else each
        for each in data.places
    ]
    define(database, data._replace(places=places))

    def buildings(on: date | None) -> list[str]:
        return [each.code for each in queries.places(database, on=on, parent="c05-g10", tier=Tier.BUILDING)]

    assert buildings(date(2012, 5, 31)) == []
    assert buildings(date(2019, 12, 31)) == ["c05-g10-b01", "c05-g10-b02", "c05-g10-b03"]
    assert buildings(end) == ["c05-g10-b01", "c05-g10-b02"]
    assert buildings(None) == ["c05-g10-b01", "c05-g10-b02"]


def test_today_is_the_cells(database: Database) -> None:
    seeded(database)
    before_the_reform = datetime(2012, 5, 31, tzinfo=UTC) - datetime.now(UTC)
    with database.engine.begin() as connection:
        set_offset(connection, before_the_reform, mode="test")
    try:
        assert queries.places(database, on=None, parent=None, tier=None) == ()
    finally:
        with database.engine.begin() as connection:
            set_offset(connection, before_the_reform * 0, mode="test")


def test_categories_and_departments_are_listed(database: Database) -> None:
    seeded(database)
    categories = queries.categories(database)
    assert [each.code for each in categories[:2]] == ["01", "0101"]
    lamp = next(each for each in categories if each.code == "0202")
    assert (lamp.name_zh, lamp.kind, lamp.department, lamp.limit) == ("路灯故障", "C", "CGJ", "3wd")
    departments = queries.departments(database)
    assert len(departments) == 30
    assert next(each for each in departments if each.code == "YJJ").former == "安监局 AJJ (to 2019)"


def test_two_seeds_at_once_define_everything_once(database: Database) -> None:
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda _: seeded(database, "test"), range(2)))
    assert sorted(outcomes) == [Seeded(0, 0, 0, 0, 0), Seeded(3852, 30, 84, 25, 360, persons=224)]
    assert len(sent(database)) == 497 + 30 + 72 + 25 + 360


@pytest.mark.parametrize(
    ("mode", "district", "code", "event"),
    [
        ("demo", DISTRICT, 0, "registry.seeded"),
        ("production", DISTRICT, 0, "registry.seeded"),
        ("demo", "140302", 1, "registry.not_seeded"),
    ],
)
def test_the_command_says_one_line_and_no_secret(
    database: Database, mode: str, district: str, code: int, event: str
) -> None:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    told = {"QIAOTOU_DATABASE_URL": url, "QIAOTOU_MODE": mode, "QIAOTOU_DISTRICT": district}
    done = subprocess.run(
        [sys.executable, "-m", "services.registry.seed"],
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stdout.splitlines()
    said = msgspec.json.decode(line)
    assert (done.returncode, said["event"], said["mode"], done.stderr) == (code, event, mode, "")
    assert demo.PASSWORD not in line
    assert str(database.engine.url.password) not in line
    accounts = {"demo": 360, "production": 0}[mode] if code == 0 else 0
    assert rows(database, "SELECT count(*) FROM account") == [(accounts,)]


def test_the_people_of_a_demo_cell_move_in_once_and_whoever_moved_stays_away(database: Database) -> None:
    assert seeded(database, "demo").persons == 6791
    counts = "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM property_unit)"
    assert rows(database, counts) == [(6791, 3050)]
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE residence SET valid_to = '2013-01-01'"))
    assert seeded(database, "demo").persons == 0
    assert rows(database, "SELECT 1 FROM residence WHERE valid_to IS NULL") == []


def test_a_production_cell_has_no_invented_people(database: Database) -> None:
    seeded(database)
    assert rows(database, "SELECT count(*) FROM person, property_unit") == [(0,)]


def test_a_community_has_one_body_of_each_kind_and_its_resident_groups(database: Database) -> None:
    seeded(database)
    seeded(database)
    found = queries.community(database, "c02")
    assert [each.kind for each in found.bodies] == [
        "party_committee",
        "residents_committee",
        "service_centre",
    ]
    assert found.bodies[1].name_zh == "段南沟社区居民委员会"
    assert len(found.groups) == 60
    assert sum(each.households for each in found.groups) == 3050
    assert (found.groups[0].code, found.groups[0].households) == ("c02-rg01", 50)
    assert len(queries.community(database, "c01").bodies) == 3
    for code in ("c99", "c02-g01", "%"):
        with pytest.raises(NotFound):
            queries.community(database, code)


def test_a_second_body_of_a_kind_is_kept_out_by_the_database(database: Database) -> None:
    seeded(database)
    second = "INSERT INTO community_body VALUES ('x', 'c02', 'service_centre', 'x', 'x', '2020-01-01')"
    with pytest.raises(IntegrityError, match="community_body_one"), database.engine.begin() as connection:
        connection.execute(sa.text(second))
    with database.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE community_body SET valid_to = '2020-01-01' WHERE code = 'c02-service-centre'")
        )
        connection.execute(sa.text(second))
    assert "x" in [each.code for each in queries.community(database, "c02").bodies]
