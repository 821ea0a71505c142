import io
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from openpyxl import Workbook

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import MalformedCursor, NotFound, Refusal
from contracts.commands.people import ImportKind, ImportReport, ImportRows, RowFault
from contracts.vocabulary import Role
from services.registry.importing import handlers
from services.registry.people import queries
from services.registry.property.queries import list_units
from services.registry.service import COMMANDS
from tests.support.messages import a_command, answer_of, rows, sent
from tests.unit.registry.neighbours import an_id_number

CLERK = Principal(subject=str(uuid4()), roles=frozenset({Role.CLERK}), scope={"community": "c02"})
FOREIGNER = Principal(subject=str(uuid4()), roles=frozenset({Role.CLERK}), scope={"community": "c01"})
HOME, NEXT_DOOR = "c02-g01-s01-d1-h101", "c02-g01-s01-d1-h102"
BORN = date(1970, 1, 1)
WIFE, HUSBAND = an_id_number(BORN, 901), an_id_number(BORN, 902)
PERSONS = ("户编码", "与户主关系", "姓名", "身份证号", "出生日期", "电话", "入住日期")
UNITS = ("房屋编码", "用途", "建筑面积", "产权人", "产权人身份证号", "产权单位", "取得日期")
COUPLE = [
    (HOME, "户主", "王小花", WIFE, "", "19912345678", "2013/1/2"),
    (HOME, "配偶", "李建国", HUSBAND, "", "", ""),
]


def a_csv(heading: tuple[str, ...], *lines: tuple[Any, ...], encoding: str = "gb18030") -> bytes:
    return "\r\n".join(",".join(map(str, line)) for line in (heading, *lines)).encode(encoding)


def a_workbook(heading: tuple[str, ...], *lines: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for line in (heading, *lines):
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    book.close()
    return stream.getvalue()


def tried(database: Database, content: bytes, kind: ImportKind = ImportKind.PERSONS) -> ImportReport:
    return handlers.check_rows(
        database, Context(principal=CLERK, correlation_id="t"), kind=kind, content=content
    )


def taken(
    database: Database, content: bytes, kind: ImportKind = ImportKind.PERSONS, by: Principal | None = CLERK
) -> dict[str, Any]:
    asked = ImportRows(command_id=uuid4(), kind=kind, content=content)
    (body,) = COMMANDS.process(database, [a_command(asked, by)])
    return answer_of(body)


def faults(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.code) for each in report.faults]


def counts(database: Database) -> tuple[int, ...]:
    tables = ("person", "residence", "property_unit", "ownership", "organisation_owner")
    return tuple(rows(database, f"SELECT count(*) FROM {table}")[0][0] for table in tables)  # noqa: S608


def test_a_file_of_persons_is_tried_then_taken_and_taken_again_changes_nothing(estate: Database) -> None:
    content = a_csv(PERSONS, *COUPLE)
    expected = ImportReport(kind="persons", rows=2, new=2, known=0, faults=())
    assert tried(estate, content) == expected
    assert counts(estate) == (0, 0, 0, 0, 0)
    told = len(sent(estate))
    assert msgspec.convert(taken(estate, content), ImportReport) == expected
    assert taken(estate, content)["known"] == 2
    assert counts(estate) == (2, 2, 0, 0, 0)
    assert len(sent(estate)) == told
    listed = queries.list_persons(estate, CLERK, place=HOME, cursor=None, limit=20).items
    (head,) = (each for each in listed if each.relation == "head")
    assert (head.name, head.since, head.born_in) == ("王*", date(2013, 1, 2), 1970)


def test_a_workbook_is_taken_as_a_csv_is(estate: Database) -> None:
    assert taken(estate, a_workbook(PERSONS, *COUPLE))["new"] == 2


def test_every_row_that_is_not_right_is_named_and_nothing_is_taken(estate: Database) -> None:
    content = a_workbook(
        PERSONS,
        (HOME, "户主", "王小花", WIFE, "", "19912345678", ""),
        (HOME, "户主", "李建国", HUSBAND, "", "", ""),
        ("c02-g99", "配偶", "张三", an_id_number(BORN, 903), "", "", ""),
        ("c01-g01-b01", "配偶", "张三", an_id_number(BORN, 904), "", "", ""),
        (NEXT_DOOR, "邻居", "", int(an_id_number(BORN, 905).replace("X", "0")), "", "", "昨天"),
        (NEXT_DOOR, "其他", "赵六", "110105194912310021", "", "", ""),
        (NEXT_DOOR, "其他", "孙七", an_id_number(BORN, 906), "1970-01-02", 19912345678, "2012-05-31"),
        (NEXT_DOOR, "其他", "周八", WIFE, "", "", ""),
        (NEXT_DOOR, "其他", "吴九", "", "1970-01-01", "", ""),
        (NEXT_DOOR, "其他", "郑十", "", "", "19900000009", ""),
    )
    report = tried(estate, content)
    assert faults(report) == [
        (3, "relation", "household_has_head"),
        (4, "household", "unknown_household"),
        (5, "household", "unknown_household"),
        (6, "id_number", "numeric_cell"),
        (6, "name", "required"),
        (6, "relation", "not_one_of_these"),
        (6, "since", "not_a_date"),
        (7, "id_number", "check_digit"),
        (8, "birthday", "differs_from_id_number"),
        (9, "id_number", "twice_in_the_file"),
        (10, "id_number", "number_or_phone"),
        (11, "birthday", "required"),
    ]
    assert (report.rows, report.new, report.known) == (10, 0, 0)
    refused = taken(estate, content)
    assert refused["code"] == "broken_rows"
    assert refused["fields"] == {f"{row}.{column}": code for row, column, code in faults(report)}
    assert counts(estate) == (0, 0, 0, 0, 0)
    assert rows(estate, "SELECT 1 FROM command_log") == []


def test_a_fault_never_quotes_what_stands_in_the_row(estate: Database) -> None:
    content = a_csv(PERSONS, (HOME, "户主", "王小花", WIFE[:-1] + "?", "", "1991234567", ""))
    said = msgspec.json.encode(tried(estate, content)) + msgspec.json.encode(taken(estate, content))
    for secret in ("王小花", WIFE[:-1], "1991234567"):
        assert secret.encode() not in said


def test_who_lives_elsewhere_is_not_taken_twice(estate: Database) -> None:
    taken(estate, a_csv(PERSONS, *COUPLE))
    moved = a_csv(
        PERSONS,
        (NEXT_DOOR, "其他", "王小花", WIFE, "", "", ""),
        (NEXT_DOOR, "其他", "周八", "", "1980-01-01", "19912345678", ""),
    )
    assert faults(tried(estate, moved)) == [
        (2, "id_number", "on_record_elsewhere"),
        (3, "phone", "on_record_elsewhere"),
    ]


def test_a_file_is_for_ones_own_community(estate: Database) -> None:
    content = a_csv(PERSONS, COUPLE[0])
    assert taken(estate, content, by=FOREIGNER)["fields"] == {"2.household": "unknown_household"}
    units = a_csv(UNITS, (HOME, "", "68.25", "王小花", WIFE, "", ""))
    assert taken(estate, units, ImportKind.UNITS, by=FOREIGNER)["fields"] == {"2.place": "unknown_place"}
    for role in Role:
        outsider = Principal(subject=str(uuid4()), roles=frozenset({role}), scope={"community": "c02"})
        if role not in (Role.CLERK, Role.COMMITTEE):
            assert taken(estate, content, by=outsider)["code"] == "forbidden"
    assert taken(estate, content, by=None)["code"] == "forbidden"


def test_units_come_with_their_owners_and_change_hands(estate: Database) -> None:
    taken(estate, a_csv(PERSONS, *COUPLE))
    stranger = an_id_number(BORN, 907)
    units = a_workbook(
        UNITS,
        (HOME, "住宅", 68.25, "王小花", WIFE, "", ""),
        (HOME, "住宅", 68.25, "李建国", HUSBAND, "", ""),
        (NEXT_DOOR, "", "70", "", "", "矿务局", ""),
        ("c02-g01-s01-d1-h201", "商业", "50.5", "远方", stranger, "", "2020-01-01"),
    )
    report = taken(estate, units, ImportKind.UNITS)
    assert (report["rows"], report["new"], report["known"]) == (4, 3, 0)
    assert counts(estate) == (3, 2, 3, 4, 1)
    assert taken(estate, units, ImportKind.UNITS)["known"] == 3
    assert rows(estate, "SELECT area_hundredths_m2 FROM property_unit ORDER BY code") == [
        (6825,),
        (7000,),
        (5050,),
    ]
    page = list_units(estate, CLERK, place="c02-g01", cursor=None, limit=2)
    couple, organisation = (
        tuple((each.name, each.organisation) for each in unit.owners) for unit in page.items
    )
    assert (sorted(couple), organisation) == ([("李*", False), ("王*", False)], (("矿务局", True),))
    rest = list_units(estate, CLERK, place="c02", cursor=page.next_cursor, limit=2)
    assert [(unit.use, unit.owners[0].name, unit.owners[0].since) for unit in rest.items] == [
        ("commercial", "远*", date(2020, 1, 1))
    ]
    assert rest.next_cursor is None
    with pytest.raises(NotFound):
        list_units(estate, FOREIGNER, place="c02", cursor=None, limit=2)
    with pytest.raises(MalformedCursor):
        list_units(estate, CLERK, place="c02", cursor="%", limit=2)
    sold = a_csv(UNITS, (HOME, "住宅", "68.25", "王小花", WIFE, "", "2021-03-01"))
    assert taken(estate, sold, ImportKind.UNITS)["new"] == 1
    shares = (
        "SELECT o.valid_from, o.valid_to FROM ownership o JOIN property_unit USING (unit_id) "
        "WHERE code = :code ORDER BY o.valid_to"
    )
    assert rows(estate, shares, code=HOME) == [
        (date(2012, 6, 1), date(2021, 3, 1)),
        (date(2012, 6, 1), None),
    ]


def test_every_unit_that_is_not_right_is_named(estate: Database) -> None:
    taken(estate, a_csv(UNITS, (HOME, "", "68.25", "", "", "矿务局", "")), ImportKind.UNITS)
    content = a_csv(
        UNITS,
        (HOME, "", "68.26", "", "", "矿务局", ""),
        (NEXT_DOOR, "", "68.255", "王小花", WIFE, "", ""),
        (NEXT_DOOR, "车位", "68.25", "王小花", "9.90303E+17", "", ""),
        ("c02-g77", "", "1", "", "", "矿务局", ""),
        ("c02-g01-s01-d1-h201", "", "1", "王小花", WIFE, "矿务局", ""),
        ("c02-g01-s01-d1-h202", "", "1", "", WIFE, "", ""),
        ("c02-g01-s01-d1-h301", "", "1", "", "", "矿务局", "2012-05-31"),
        ("c02-g01-s01-d1-h302", "", "1", "", "", "矿务局", ""),
        ("c02-g01-s01-d1-h302", "", "1", "", "", "矿务局", ""),
        ("王小花", "", "1", "", "", "矿务局", "2099-01-01"),
    )
    assert faults(tried(estate, content, ImportKind.UNITS)) == [
        (2, "code", "on_record_otherwise"),
        (3, "area_m2", "not_an_area"),
        (4, "code", "rows_differ"),
        (4, "owner_id_number", "numeric_cell"),
        (5, "place", "unknown_place"),
        (6, "owner_organisation", "person_or_organisation"),
        (7, "owner_name", "required"),
        (8, "since", "out_of_range"),
        (10, "owner_name", "twice_in_the_file"),
        (11, "code", "not_a_code"),
        (11, "place", "unknown_place"),
        (11, "since", "out_of_range"),
    ]
    sold = a_csv(UNITS, (HOME, "", "68.25", "", "", "别人", ""))
    assert faults(tried(estate, sold, ImportKind.UNITS)) == [(2, "since", "not_after_the_owners_before")]


def test_a_file_that_is_none_is_refused_as_a_whole(estate: Database) -> None:
    refused = taken(estate, b"\xff\xff")
    assert (refused["code"], refused["fields"]) == ("invalid", {"file": "encoding"})
    with pytest.raises(Refusal) as refusal:
        tried(estate, b"")
    assert refusal.value.fields == {"file": "no_rows"}


def test_a_file_is_not_kept_nor_a_hash_of_it(estate: Database) -> None:
    command = ImportRows(command_id=uuid4(), kind=ImportKind.PERSONS, content=a_csv(PERSONS, *COUPLE))
    other = msgspec.structs.replace(command, content=b"something else")
    answers = [
        answer_of(body)
        for each in (command, other)
        for body in COMMANDS.process(estate, [a_command(each, CLERK)])
    ]
    assert answers[0] == answers[1]
    ((fingerprint,),) = rows(estate, "SELECT fingerprint FROM command_log")
    assert len(bytes(fingerprint)) == 32


def test_thousands_of_persons_are_taken_at_once(estate: Database) -> None:
    doors = [row[0] for row in rows(estate, "SELECT code FROM place WHERE tier = 'household' ORDER BY code")]
    lines = [
        (doors[number % 3000], "其他", "王小花", "", "1970-01-01", f"120{number:08d}", "")
        for number in range(3_000)
    ]
    assert taken(estate, a_workbook(PERSONS, *lines))["new"] == 3_000
    assert counts(estate)[:2] == (3_000, 3_000)


def test_the_word_of_a_fault_is_all_that_a_row_fault_says() -> None:
    assert {field.name for field in msgspec.structs.fields(RowFault)} == {"row", "column", "code"}
