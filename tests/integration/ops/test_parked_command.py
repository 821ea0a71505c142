"""`./qiaotou parked` by a cell's folder alone, against its own databases and broker."""

import json
from collections.abc import Iterator

import amqp
import psycopg
import pytest
from click.testing import CliRunner

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.processing import parking
from contracts.topology import STREAMS
from ops import doctor
from ops.cell import Cell
from ops.cli import main
from ops.databases import Databases
from ops.display import Display
from ops.parked_view import show_open
from ops.rabbitmq import RabbitNode
from ops.unhandled import unhandled_of
from tests.integration.ops.works import SERVICE, a_lamp
from tests.support.servers import connect
from tests.support.toy.process import eventually

NOISE = "department.GAF.dead"


@pytest.fixture
def cell(server_cell: Cell, databases: Databases, rabbitmq: RabbitNode) -> Iterator[Cell]:
    """A cell where intake has parked a message, and a dead letter lies that came from none of ours."""
    for service in STREAMS:
        databases.migrate(service)
    database = Database(databases.url(SERVICE), source=SERVICE, pool_size=1)
    parking.park(database, a_lamp(1), reason="handler: KeyError")
    parking.park(database, Inbound(b"{", "dispatch.replies", "", {}), reason="unreadable: MalformedEvent")
    database.close()
    with connect(rabbitmq.url("operator")) as connection:
        connection.channel().basic_publish(amqp.Message(b"noise"), "", NOISE)
    eventually(lambda: unhandled_of(server_cell).dead() == {"GAF": 1})
    yield server_cell
    for service in (SERVICE, "dispatch"):
        _empty(databases.url(service))


def test_all_that_waits_for_a_person_is_shown_settled_and_on_record(
    cell: Cell, capsys: pytest.CaptureFixture[str]
) -> None:
    show_open(Display(), unhandled_of(cell))
    assert "2 parked, 1 dead letters: ./qiaotou parked list" in capsys.readouterr().out
    found = doctor.dead_letters(unhandled_of(cell).dead())
    assert (found.verdict, found.text) == (doctor.WARN, "1 of GAF; ./qiaotou parked list")
    said = _said(cell, "list")
    assert "2 parked    死信 · 1 dead letters" in said
    assert "1 stands still" in said
    (key,) = _open(cell, "--reason", "KeyError")
    assert f"{key} replayed" in _said(cell, "replay", "--all", "--yes", "--because", "mended")
    (noise,) = _open(cell, "--department", "GAF")
    assert f"{noise} skipped" in _said(cell, "skip", noise, "--reason", "noise")
    entries = json.loads(_said(cell, "history", "--json"))
    assert [(each["key"], each["action"], each["because"], each["stands"]) for each in entries[-2:]] == [
        (key, "replayed", "mended", True),
        (noise, "skipped", "noise", True),
    ]
    assert "unbroken up to" in _said(cell, "history", "--kept", entries[-1]["hash"])
    asked = ["parked", "--cell", str(cell.folder), "history", "--kept", "0" * 64]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 1
    assert f"No entry that stands has the hash {'0' * 64}" in done.output


def _empty(url: str) -> None:
    """Leave nothing behind: other tests copy these databases."""
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE message_settled DISABLE TRIGGER message_settled_never_changes")
        connection.execute("TRUNCATE message_settled, inbox_parked RESTART IDENTITY")
        connection.execute("ALTER TABLE message_settled ENABLE TRIGGER message_settled_never_changes")


def _open(cell: Cell, *options: str) -> list[str]:
    return [each["key"] for each in json.loads(_said(cell, "list", "--json", *options))]


def _said(cell: Cell, *arguments: str) -> str:
    done = CliRunner().invoke(main, ["parked", "--cell", str(cell.folder), *arguments])
    assert done.exit_code == 0, done.output
    return done.output
