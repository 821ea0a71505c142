"""People in a running cell: on record, behind masks, revealed, signed in, counted; readable nowhere else."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests
from psycopg import sql

from chassis.context import Context
from chassis.data.engine import Database
from contracts.events.governance import RollRequested
from contracts.vocabulary import RollKind
from ops.cell import DATABASES, OBSERVED
from tests.e2e.conftest import District
from tests.e2e.district import Person, eventually
from tests.unit.registry.neighbours import an_id_number

HOME, NEXT_DOOR = "c02-g03-s21-d5-h502", "c02-g03-s21-d5-h501"
# A child and her brother: no roll that another test asks for counts them.
BORN = date(2015, 5, 17)
NUMBER, BROTHERS = an_id_number(BORN, 913), an_id_number(BORN, 915)
PHONE, NAME, ADDRESS = "12087654321", "欧阳植入", "植入街77号院3排"
PLANTED = (NUMBER, PHONE, NAME, ADDRESS, BROTHERS)
REASON = "电话回访, 核实漏水情况"


def code_of(district: District, request_id: str) -> str:
    lines = (district.cell.run / "codes.jsonl").read_text().splitlines()
    (code,) = (said["code"] for said in map(json.loads, lines) if said["request_id"] == request_id)
    return str(code)


def sign_in(district: District, phone: str) -> dict[str, Any]:
    """Sign somebody in as a resident does."""
    base = f"{district.base}/api/v1/sessions"
    asked = requests.post(f"{base}/codes", json={"phone": phone}, timeout=60)
    assert asked.status_code == 202, asked.text
    request_id = asked.json()["request_id"]
    said = {"request_id": request_id, "code": code_of(district, request_id)}
    opened = requests.post(f"{base}/residents", json=said, timeout=60)
    assert opened.status_code == 201, opened.text
    found: dict[str, Any] = opened.json()
    return found


def ask_for_a_roll(district: District) -> str:
    """Have governance ask for the adults of a grid, as a vote does."""
    roll_id = uuid4()
    database = Database(district.database("governance"), source="governance")
    with database.writing(Context(correlation_id="t")) as uow:
        asked = RollRequested(
            roll_id=roll_id,
            vote_id=uuid4(),
            place="c02-g03",
            kind=RollKind.ADULTS,
            as_of=uow.now.date(),
            at=uow.now,
        )
        uow.outbox.event(asked, subject=str(roll_id), sequence=1, ordering_key=str(roll_id))
    database.close()
    return str(roll_id)


def dumped(url: str) -> bytes:
    """Every table of a database as text; what is binary stands there in hex."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        said = bytearray()
        for (table,) in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                for row in copy:
                    said += row
    return bytes(said)


def find(said: bytes) -> list[str]:
    """Which of what was planted stands in there, as it is, in hex or escaped as JSON may be."""

    def forms(text: str) -> list[bytes]:
        return [text.encode(), text.encode().hex().encode(), json.dumps(text)[1:-1].encode()]

    return [text for text in PLANTED if any(form in said for form in forms(text))]


def hand_in(clerk: Person, kind: str, rows: list[tuple[str, ...]], **form: str) -> requests.Response:
    content = "\r\n".join(",".join(row) for row in rows).encode("gb18030")
    # Blanks that are passed over: two megabytes, more than a broker keeps of a message in memory.
    content += b"\r\n" + b",".join([b" " * 100_000] * 20)
    return clerk.hand_in("/people/imports", content, kind=kind, **form)


def hand_in_files(clerk: Person) -> None:
    """Take a person and a parking space from files, after trying one that is not right."""
    heading = ("户编码", "与户主关系", "姓名", "身份证号", "地址")
    brother = (NEXT_DOOR, "子女", NAME, BROTHERS, ADDRESS)
    broken = [heading, brother, (NEXT_DOOR, "子女", NAME, BROTHERS[:-1] + "?", ADDRESS)]
    tried = hand_in(clerk, "persons", broken, dry_run="true")
    assert [(each["row"], each["column"]) for each in tried.json()["faults"]] == [(3, "id_number")]
    assert (hand_in(clerk, "persons", broken)).json()["code"] == "broken_rows"
    taken = hand_in(clerk, "persons", [heading, brother])
    assert (taken.status_code, taken.json()["new"]) == (200, 1), taken.text
    owned = ("c02-g03-p1", "c02-g03-s21", "车位", "12.5", NAME, BROTHERS)
    units = hand_in(
        clerk, "units", [("房屋编码", "位置编码", "用途", "建筑面积", "产权人", "产权人身份证号"), owned]
    )
    assert (units.status_code, units.json()["new"]) == (200, 1), units.text
    shown = clerk.get("/units", place="c02-g03-s21").json()["items"]
    assert [each["owners"][0]["name"] for each in shown if each["code"] == "c02-g03-p1"] == ["欧*"]


@pytest.fixture
def clerk(district: District) -> Person:
    return district.person("clerk-c02")


def test_what_names_a_person_is_found_nowhere_in_a_cell(district: District, clerk: Person) -> None:
    body = {
        "household": HOME,
        "relation": "parent",
        "since": "2012-06-01",
        "name": NAME,
        "birthday": BORN.isoformat(),
        "id_number": NUMBER,
        "phone": PHONE,
        "address": ADDRESS,
    }
    registered = clerk.post("/people", body)
    assert registered.status_code == 201, registered.text
    person_id = registered.json()["person_id"]
    shown = clerk.get(f"/people/{person_id}").json()
    assert (shown["name"], shown["phone"]) == ("欧*", "120****4321")
    told = clerk.post(
        f"/people/{person_id}/reveal", {"fields": ["name", "id_number", "address"], "reason": REASON}
    )
    assert (told.json()["name"], told.json()["id_number"]) == (NAME, NUMBER)
    # What is searched for is found where it is told.
    assert find(told.content) == [NUMBER, NAME, ADDRESS]
    assert clerk.get(f"/people/{person_id}/reveals").json()["items"][0]["reason"] == REASON
    assert sign_in(district, PHONE)["account"] == {
        "account_id": person_id,
        "display_name": "欧*",
        "roles": ["resident"],
        "community": "c02",
        "grid": None,
        "department": None,
    }
    hand_in_files(clerk)
    roll_id = ask_for_a_roll(district)
    with psycopg.connect(district.database("registry"), autocommit=True) as connection:
        answered = "SELECT count FROM roll WHERE roll_id = %s"
        eventually(lambda: connection.execute(answered, (roll_id,)).fetchone(), bool, 60)

    for name in DATABASES:
        assert find(dumped(district.database(name))) == [], name
    for process in OBSERVED:
        assert find(requests.get(district.metrics(process), timeout=60).content) == [], process
    # Logs, the broker's files with whatever waits in its queues, PostgreSQL's files with its log of writes.
    seen = set()
    for folder, _, names in os.walk(district.cell.folder, followlinks=True):
        for path in (Path(folder, name) for name in names):
            if path.is_file():
                seen.add(Path(folder).name)
                assert find(path.read_bytes()) == [], path
    assert {"log", "run"} <= seen
    assert district.servers.postgres is None or "pg_wal" in seen
