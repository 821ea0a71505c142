from datetime import date
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from chassis.rpc_client import RemoteRefusal
from contracts.commands.people import (
    ImportReport,
    PersonPage,
    PersonReceipt,
    PersonRevealed,
    Relation,
    RowFault,
    UnitPage,
)
from tests.unit.gateway.cell import Cell, code_of

HOME = "c02-g01-s01-d1-h101"
REGISTRATION = {
    "household": HOME,
    "relation": "head",
    "since": "2012-06-01",
    "name": "王小花",
    "birthday": "1931-05-17",
}
REPORT = ImportReport(kind="persons", rows=2, new=2, known=0, faults=())


@pytest.fixture
def clerk(cell: Cell) -> str:
    return cell.token("clerk", community="c02")


def hand_in(
    cell: Cell, token: str, content: bytes | None = b"a,b\n1,2\n", key: str = "", **form: str
) -> TestResponse:
    # By hand: werkzeug's test client leaves its temporary files open.
    parts = [(f'name="{name}"', text.encode()) for name, text in {"kind": "persons", **form}.items()]
    if content is not None:
        parts.append(('name="file"; filename="persons.csv"', content))
    said = [
        b"--x\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), body)
        for head, body in parts
    ]
    return cell.ask(
        "POST",
        "/people/imports",
        token=token,
        key=key,
        data=b"".join(said) + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def test_a_person_is_put_on_record_once_a_key(cell: Cell, clerk: str) -> None:
    person_id = uuid4()
    cell.rpc.tell("registry", "register_person", PersonReceipt(person_id=person_id, household=HOME))
    for _ in range(2):
        response = cell.post("/people", REGISTRATION, token=clerk, key="k")
        assert (response.status_code, response.headers["Location"]) == (201, f"/api/v1/people/{person_id}")
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert (first.relation, first.birthday, first.phone) == (Relation.HEAD, date(1931, 5, 17), None)


def test_what_masks_hide_is_asked_for_with_a_reason_and_needs_no_key(cell: Cell, clerk: str) -> None:
    person_id = uuid4()
    cell.rpc.tell("registry", "reveal_person", PersonRevealed(person_id=person_id, phone="12000000000"))
    body = {"fields": ["phone"], "reason": "电话回访, 核实漏水情况"}
    response = cell.post(f"/people/{person_id}/reveal", body, token=clerk, key=None)
    assert response.get_json() == {"person_id": str(person_id), "phone": "12000000000"}
    assert cell.rpc.last().said == {"person_id": str(person_id), **body}
    for wrong in ({**body, "fields": []}, {**body, "fields": ["shoe_size"]}, {"fields": ["phone"]}):
        assert code_of(cell.post(f"/people/{person_id}/reveal", wrong, token=clerk)) == "invalid"


def test_persons_are_listed_by_place_and_moved(cell: Cell, clerk: str) -> None:
    cell.rpc.tell("registry", "list_persons", PersonPage(items=(), next_cursor=None))
    assert cell.get("/people?place=c02-g01&limit=5", token=clerk).status_code == 200
    assert cell.rpc.last().said == {"place": "c02-g01", "limit": 5}
    assert code_of(cell.get("/people", token=clerk)) == "invalid"
    cell.rpc.tell("registry", "list_units", UnitPage(items=(), next_cursor=None))
    assert cell.get("/units?place=c02", token=clerk).get_json() == {"items": [], "next_cursor": None}
    person_id = uuid4()
    cell.rpc.tell("registry", "move_person", PersonReceipt(person_id=person_id, household=None))
    assert cell.post(f"/people/{person_id}/residence", {"on": "2026-03-02"}, token=clerk).status_code == 200
    moving = cell.rpc.last().command
    assert (moving.person_id, moving.household, moving.relation) == (person_id, None, Relation.OTHER)


def test_a_file_is_handed_over_as_it_is_with_time_to_read_it(cell: Cell, clerk: str) -> None:
    cell.rpc.tell("registry", "import_rows", REPORT)
    response = hand_in(cell, clerk, "户编码\n".encode("gb18030"), key="k")
    assert (response.status_code, response.get_json()["new"]) == (200, 2)
    asked = cell.rpc.last()
    assert (asked.command.content, asked.command.kind) == ("户编码\n".encode("gb18030"), "persons")
    assert asked.context.deadline is not None
    hand_in(cell, clerk, key="k")
    assert cell.rpc.last().command.command_id == asked.command.command_id


def test_a_file_that_is_only_tried_is_no_command(cell: Cell, clerk: str) -> None:
    fault = RowFault(row=2, column="id_number", code="numeric_cell")
    cell.rpc.tell(
        "registry", "check_rows", ImportReport(kind="units", rows=1, new=0, known=0, faults=(fault,))
    )
    response = hand_in(cell, clerk, kind="units", dry_run="true")
    assert response.get_json()["faults"] == [{"row": 2, "column": "id_number", "code": "numeric_cell"}]
    assert cell.rpc.last().command is None


def test_rows_that_are_not_right_are_a_problem_that_names_them(cell: Cell, clerk: str) -> None:
    cell.rpc.tell(
        "registry", "import_rows", RemoteRefusal("broken_rows", fields={"2.id_number": "check_digit"})
    )
    response = hand_in(cell, clerk)
    assert (response.status_code, code_of(response)) == (422, "broken_rows")
    assert response.get_json()["fields"] == {"2.id_number": "check_digit"}


def test_what_is_no_file_of_five_megabytes_is_refused_at_the_door(cell: Cell, clerk: str) -> None:
    assert code_of(hand_in(cell, clerk, b"x" * (5 * 1024 * 1024 + 64 * 1024))) == "payload_too_large"
    assert code_of(hand_in(cell, clerk, kind="cats")) == "invalid"
    assert code_of(hand_in(cell, clerk, dry_run="perhaps")) == "invalid"
    assert code_of(hand_in(cell, clerk, None)) == "invalid"
    assert cell.rpc.asked == []
