"""Batches of commands, put together by hand: what is in one transaction and what is not."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.processing.commands import CommandProcessor, command
from ops.ports import pick
from tests.support.messages import a_command, answer_of, rows
from tests.support.toy.cell import a_thing
from tests.support.toy.service import COMMANDS, Bump, Things, bump, metadata

SOMEBODY = Principal(subject="a1")


@pytest.fixture
def toy_database(database: Callable[[str], str]) -> Iterator[Database]:
    made = Database(database("chassis"), source="toy")
    metadata.create_all(made.engine)
    yield made
    made.close()


def process(database: Database, *commands: Bump) -> list[dict[str, Any]]:
    return [
        answer_of(body) for body in COMMANDS.process(database, [a_command(c, SOMEBODY) for c in commands])
    ]


def bumps(database: Database, thing: Any) -> int:
    found = rows(database, "SELECT n FROM thing WHERE id = :id", id=thing)
    return int(found[0][0]) if found else 0


def a_bump(**given: Any) -> Bump:
    return Bump(**{"command_id": uuid4(), "id": a_thing()} | given)


def transactions(database: Database) -> list[str]:
    """Note every commit and rollback from now on."""
    noted: list[str] = []
    sa.event.listen(database.engine, "commit", lambda _connection: noted.append("commit"))
    sa.event.listen(database.engine, "rollback", lambda _connection: noted.append("rollback"))
    return noted


def test_a_batch_is_one_transaction(toy_database: Database) -> None:
    noted = transactions(toy_database)
    replies = process(toy_database, *[a_bump() for _ in range(20)])
    assert replies == [{"n": 1, "heard": 0}] * 20
    assert noted == ["commit"]


def test_a_refused_command_costs_the_others_nothing(toy_database: Database) -> None:
    noted = transactions(toy_database)
    thing = a_thing()
    replies = process(toy_database, a_bump(id=thing), a_bump(id=thing, way="refuse"), a_bump(id=thing))
    assert noted == ["commit"]
    assert [reply.get("n", reply.get("code")) for reply in replies] == [1, "conflict", 2]
    assert bumps(toy_database, thing) == 2
    assert len(rows(toy_database, "SELECT FROM outbox")) == 2


def test_a_batch_whose_write_fails_is_divided_until_the_culprit_is_alone(toy_database: Database) -> None:
    commands = [a_bump(way="unwritable" if i == 5 else "") for i in range(16)]
    replies = process(toy_database, *commands)
    assert [reply.get("n", reply.get("code")) for reply in replies] == [1] * 5 + ["internal"] + [1] * 10
    assert [bumps(toy_database, command.id) for command in commands] == [1] * 5 + [0] + [1] * 10
    assert len(rows(toy_database, "SELECT FROM command_log")) == 15


def test_the_same_command_twice_in_a_batch_is_done_once(toy_database: Database) -> None:
    command = a_bump()
    replies = process(toy_database, command, command, a_bump(command_id=command.command_id))
    assert [reply.get("n", reply.get("code")) for reply in replies] == [1, 1, "key_reused"]
    assert bumps(toy_database, command.id) == 1


def test_two_processes_with_the_same_command_do_it_once(toy_database: Database) -> None:
    command = a_bump(way="sleep", seconds=0.3)
    other = Database(toy_database.engine.url.render_as_string(hide_password=False), source="toy")
    replies: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda database: replies.extend(process(database, command)), args=(each,))
        for each in (toy_database, other)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    other.close()
    assert replies == [{"n": 1, "heard": 0}] * 2
    assert bumps(toy_database, command.id) == 1


def test_without_its_database_every_command_is_unavailable_and_none_is_lost_sight_of() -> None:
    away = Database(f"postgresql://nobody@127.0.0.1:{pick()}/nowhere", source="toy")
    replies = process(away, a_bump(), a_bump())
    away.close()
    assert [reply["code"] for reply in replies] == ["unavailable", "unavailable"]


def test_of_a_command_that_is_not_kept_nothing_is_noted_and_it_is_done_whenever_it_comes(
    toy_database: Database,
) -> None:
    fleeting = CommandProcessor(
        "toy", [command(Bump, bump, loads=[(Things, lambda asked: asked.id)], kept=False)]
    )
    asked = a_bump()
    bodies = fleeting.process(toy_database, [a_command(asked, SOMEBODY) for _ in range(2)])
    assert [answer_of(body)["n"] for body in bodies] == [1, 2]
    assert rows(toy_database, "SELECT FROM command_log") == []
