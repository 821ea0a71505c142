"""Commands: once each, in shared transactions, none after its deadline."""

import threading
import time
from typing import Any
from uuid import uuid4

import pytest

from chassis.bus import rpc
from chassis.context import Context
from chassis.principal import Principal
from chassis.rpc_client import NoAnswer, RemoteRefusal
from contracts import naming
from tests.support.messages import answer_of
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import eventually
from tests.support.toy.service import Bump, Thing

ASKED = Context(correlation_id="a test", principal=Principal(subject="a1"))


def bump(toy: ToyCell, command: Bump, *, timeout_s: float = 5.0, context: Context = ASKED) -> Thing:
    return toy.client.call(toy.name, command, context=context, result=Thing, timeout_s=timeout_s)


def refusal_of(toy: ToyCell, command: Bump, **given: Any) -> str:
    with pytest.raises(RemoteRefusal) as refused:
        bump(toy, command, **given)
    return refused.value.code


def a_bump(**given: Any) -> Bump:
    return Bump(**{"command_id": uuid4(), "id": a_thing()} | given)


# By RPC, carried out by a process.


def test_a_command_under_the_same_id_has_the_same_reply_and_is_done_once(toy: ToyCell) -> None:
    command = a_bump()
    assert bump(toy, command) == Thing(n=1)
    bump(toy, a_bump(id=command.id))
    assert bump(toy, command) == Thing(n=1)
    assert toy.bumps(command.id) == 2


def test_another_command_under_the_same_id_is_refused(toy: ToyCell) -> None:
    command = a_bump()
    bump(toy, command)
    assert refusal_of(toy, a_bump(command_id=command.command_id)) == "key_reused"


def test_the_same_command_of_somebody_else_is_another_command(toy: ToyCell) -> None:
    command = a_bump()
    bump(toy, command)
    other = Context(correlation_id="a test", principal=Principal(subject="a2"))
    assert refusal_of(toy, command, context=other) == "key_reused"


def test_what_a_command_told_goes_round_and_is_heard(toy: ToyCell) -> None:
    thing = a_thing()
    for _ in range(3):
        bump(toy, a_bump(id=thing))
    toy.wait_until_heard(thing, [1, 2, 3])
    sent = toy.rows("SELECT sent_at FROM outbox WHERE ordering_key = %s", str(thing))
    assert len(sent) == 3
    assert eventually(lambda: toy.rows("SELECT FROM outbox WHERE ordering_key = %s AND sent_at IS NULL",
                                       str(thing)) == [])  # fmt: skip


def test_a_refused_command_leaves_nothing_behind(toy: ToyCell) -> None:
    command = a_bump(way="refuse")
    with pytest.raises(RemoteRefusal) as refused:
        bump(toy, command)
    assert (refused.value.code, refused.value.detail) == ("conflict", "as told")
    assert refused.value.fields == {"told": True}
    assert toy.bumps(command.id) == 0
    assert toy.rows("SELECT FROM outbox WHERE ordering_key = %s", str(command.id)) == []
    assert toy.rows("SELECT FROM command_log WHERE command_id = %s", command.command_id) == []


@pytest.mark.parametrize("way", ["raise", "unwritable"])
def test_a_command_on_which_we_fail_is_an_internal_error_without_details(toy: ToyCell, way: str) -> None:
    with pytest.raises(RemoteRefusal) as refused:
        bump(toy, a_bump(way=way))
    assert (refused.value.code, refused.value.detail) == ("internal", "")


def test_the_commands_of_one_batch_fail_each_by_itself(toy: ToyCell) -> None:
    ways = ["", "", "refuse", "", "unwritable", "", "raise", ""]
    commands = [a_bump(way=way) for way in ways]
    outcomes: dict[Any, Any] = {}

    def ask(command: Bump) -> None:
        try:
            outcomes[command.command_id] = bump(toy, command)
        except RemoteRefusal as refusal:
            outcomes[command.command_id] = refusal.code

    threads = [threading.Thread(target=ask, args=(command,)) for command in commands]
    blocking = threading.Thread(target=ask, args=(a_bump(way="block", seconds=0.5),))
    blocking.start()
    time.sleep(0.15)
    for each in threads:
        each.start()
    for each in [*threads, blocking]:
        each.join(10)
    got = [outcomes[command.command_id] for command in commands]
    one = Thing(n=1)
    assert got == [one, one, "conflict", one, "internal", one, "internal", one]
    assert [toy.bumps(command.id) for command in commands] == [1, 1, 0, 1, 0, 1, 0, 1]
    assert ["8"] in toy.noted("batch", "commands")


def test_a_command_whose_deadline_passed_on_the_way_is_not_begun(toy: ToyCell) -> None:
    late = Context(correlation_id="a test", deadline=time.time() - 0.1)
    command = a_bump()
    key, body = naming.command_key(toy.name, "bump"), rpc.encode_request(command=command)
    assert answer_of(toy.ask(key, body, late.to_headers()))["code"] == "expired"
    assert toy.noted("execute", command.command_id) == []


def test_a_command_whose_deadline_passes_before_the_commit_is_not_carried_out(toy: ToyCell) -> None:
    command = a_bump(way="sleep", seconds=0.6)
    deadline = time.time() + 0.4
    context = Context(correlation_id="a test", deadline=deadline)
    with pytest.raises(NoAnswer):
        bump(toy, command, context=context)
    eventually(lambda: toy.noted("execute", command.command_id))
    time.sleep(max(0.0, deadline + 0.6 - time.time()))
    assert toy.bumps(command.id) == 0
    assert toy.rows("SELECT FROM command_log WHERE command_id = %s", command.command_id) == []
    # Its thing takes the next command as if nothing had been.
    assert bump(toy, a_bump(id=command.id)) == Thing(n=1)


def test_a_request_that_nobody_took_in_time_is_dropped_by_the_broker(own_toy: ToyCell) -> None:
    command = a_bump()
    with pytest.raises(NoAnswer):
        bump(own_toy, command, timeout_s=0.3)
    eventually(lambda: own_toy.depth(naming.command_queue(own_toy.name)) == 0, within_s=30)
    assert own_toy.noted("execute") == []


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("bump", b"{"),
        ("bump", b'{"args": [], "kwargs": {}}'),
        ("bump", b'{"args": [], "kwargs": {"command": {"id": 3}}}'),
        ("bump", b'{"args": [], "kwargs": {"command": null, "more": 1}}'),
        ("jump", rpc.encode_request(command={})),
    ],
)
def test_a_command_that_cannot_be_read_is_refused(toy: ToyCell, method: str, body: bytes) -> None:
    reply = toy.ask(naming.command_key(toy.name, method), body, ASKED.to_headers())
    assert answer_of(reply)["code"] == "malformed_request"
