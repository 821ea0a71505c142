import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import amqp
import pytest

from chassis.data.engine import Database
from contracts import naming
from contracts.commands import dispatch as commands
from contracts.department import Reconcile, ReturnOrder, SignOrder
from contracts.envelope import ORDERING_KEY_HEADER
from contracts.events.registry import DepartmentDefined
from contracts.naming import EVENTS_EXCHANGE, department_queue, reply_queue
from contracts.topology import REPLIES, department_user
from ops.cell import REPOSITORY, Cell
from ops.databases import Databases
from ops.department_queues import retire_shared_replies
from ops.program import Program, Running
from ops.rabbitmq import RabbitNode
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import ask, define, let_pass, state
from tests.support.messages import an_event, rows
from tests.support.servers import connect, purge
from tests.unit.dispatch.builders import LEAD, REASON, an_envelope, an_id, classified

PATIENCE_S = 20.0


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def bus(
    server_cell: Cell, databases: Databases, rabbitmq_node: RabbitNode
) -> Iterator[tuple[RabbitNode, Database]]:
    """Dispatch and the relay, running on a bus of their own."""
    purge(rabbitmq_node)
    databases.migrate("dispatch")
    url = databases.copy(databases.name("dispatch"), "test_dispatch_bus", owner="dispatch")
    told = {
        "dispatch": ("chassis.run", "services.dispatch.service:DispatchService"),
        "relay": ("chassis.relay",),
    }
    running = []
    for name, module in told.items():
        program = Program(
            name=name,
            command=(sys.executable, "-W", "ignore::DeprecationWarning", "-m", *module),
            environment={
                "PATH": os.defpath,
                "QIAOTOU_AMQP_URI": rabbitmq_node.url(name),
                "QIAOTOU_DATABASE_URL": url,
                "QIAOTOU_DATABASES": f"dispatch={url}",
                "QIAOTOU_METRICS_PORT": str(a_port()),
                "QIAOTOU_MODE": "test",
            },
            directory=Path(REPOSITORY),
        )
        running.append(Running(program, server_cell.logs / f"bus-{name}.log"))
    database = Database(url, source="dispatch", pool_size=2)
    define(database, *(DepartmentDefined(code=code, name_zh=code, name_en=code) for code in (LEAD, "GDS")))
    yield rabbitmq_node, database
    database.close()
    for each in running:
        each.check()
        each.stop()
    databases.drop("test_dispatch_bus")


def until(found: Callable[[], Any]) -> Any:
    """Wait until there is something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.05)
    raise AssertionError("nothing came")


def say_classified(node: RabbitNode, case_id: UUID) -> UUID:
    """Let intake say that a case was classified; return the id of the order that follows."""
    event = an_event(classified(case_id=case_id), subject=str(case_id), sequence=1)
    with connect(node.url("operator")) as connection:
        message = amqp.Message(event.body, application_headers={ORDERING_KEY_HEADER: str(case_id)})
        connection.channel().basic_publish(message, EVENTS_EXCHANGE, event.routing_key)
        connection.channel().close()
    return order_id_of(case_id, 1)


def say(node: RabbitNode, department: str, body: bytes, *, key: str | None = None, **properties: Any) -> None:
    """Let a department reply. Raises: amqp.AMQPError where the broker refuses."""
    with connect(node.url(department_user(department))) as connection:
        channel = connection.channel()
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message(body, **properties), REPLIES, key or department)


def found_by(node: RabbitNode, department: str, kind: str) -> Callable[[], dict[str, Any] | None]:
    """Look for a message of this type on a department's own queue; others are taken off it too."""

    def look() -> dict[str, Any] | None:
        with connect(node.url(department_user(department))) as connection:
            channel = connection.channel()
            while (message := channel.basic_get(department_queue(department), no_ack=True)) is not None:
                event = json.loads(message.body)
                if event["type"] == kind:
                    return dict(event)
        return None

    return look


def parked(database: Database, user: str) -> Callable[[], list[Any]]:
    statement = "SELECT reason FROM inbox_parked WHERE headers ->> 'user-id' = :user"
    return lambda: rows(database, statement, user=user)


def state_of(database: Database, order_id: UUID) -> str:
    return str(rows(database, "SELECT state FROM work_order WHERE id = :id", id=order_id)[0][0])


def test_a_department_finds_its_order_signs_it_and_is_answered(bus: tuple[RabbitNode, Database]) -> None:
    node, database = bus
    order_id = say_classified(node, an_id("a case on the bus"))
    offer = until(found_by(node, LEAD, "department.order.offered.v1"))
    assert offer["data"]["order_id"] == str(order_id)
    body = an_envelope(SignOrder(order_id=order_id), LEAD, an_id("signing on the bus"))
    say(node, LEAD, body, user_id=department_user(LEAD))
    answer = until(found_by(node, LEAD, "department.reply.accepted.v1"))
    assert answer["data"] == {
        "in_reply_to": str(an_id("signing on the bus")),
        "order_id": str(order_id),
        "state": "signed",
        "open_orders": None,
    }
    assert answer["causationid"] == str(an_id("signing on the bus"))
    assert state_of(database, order_id) == "signed"


def test_a_returned_order_reaches_the_queue_of_the_department_that_it_is_redirected_to(
    bus: tuple[RabbitNode, Database],
) -> None:
    node, database = bus
    for code in (LEAD, "ZJJ"):
        define(database, DepartmentDefined(code=code, name_zh=f"{code}局", name_en=code))
    order_id = say_classified(node, an_id("a case to return"))
    until(found_by(node, LEAD, "department.order.offered.v1"))
    returning = ReturnOrder(order_id=order_id, **state(database, order_id), suggested="ZJJ")
    say(node, LEAD, an_envelope(returning, LEAD, None), user_id=department_user(LEAD))
    answer = until(found_by(node, LEAD, "department.reply.accepted.v1"))
    assert answer["data"]["state"] == "returned"
    command = {"command_id": an_id("redirect on the bus"), "order_id": order_id}
    receipt = ask(database, commands.RedirectOrder(**command, department="ZJJ"))
    offer = until(found_by(node, "ZJJ", "department.order.offered.v1"))
    assert offer["data"]["order_id"] == receipt["order_id"]
    say(node, "ZJJ", an_envelope(Reconcile(), "ZJJ", None), user_id=department_user("ZJJ"))
    again = until(found_by(node, "ZJJ", "department.order.offered.v1"))
    assert (again["data"]["order_id"], again["data"]["state"]) == (receipt["order_id"], "offered")
    recall = {"command_id": an_id("recall on the bus"), "order_id": UUID(receipt["order_id"])}
    ask(database, commands.RecallOrder(**recall, reason=REASON))
    told = until(found_by(node, "ZJJ", "department.order.changed.v1"))
    assert (told["data"]["change"], told["data"]["state"]) == ("recalled", "recalled")


def test_an_order_that_nobody_signs_comes_again_by_the_services_own_timer(
    bus: tuple[RabbitNode, Database],
) -> None:
    node, database = bus
    order_id = say_classified(node, an_id("a case that nobody signs"))
    until(found_by(node, LEAD, "department.order.offered.v1"))
    let_pass(database, timedelta(days=4))
    look = found_by(node, LEAD, "department.order.offered.v1")

    def again() -> bool:
        offer = look()
        return offer is not None and (offer["data"]["order_id"], offer["data"]["again"]) == (str(order_id), 1)

    assert until(again)
    let_pass(database, -timedelta(days=4))


def test_a_reply_that_does_not_say_who_sends_it_is_parked(bus: tuple[RabbitNode, Database]) -> None:
    node, database = bus
    order_id = say_classified(node, an_id("an unsigned case"))
    until(found_by(node, LEAD, "department.order.offered.v1"))
    say(node, LEAD, an_envelope(SignOrder(order_id=order_id), LEAD, None))
    assert until(parked(database, "")) == [("unsigned_sender",)]
    assert state_of(database, order_id) == "offered"


def test_the_broker_takes_no_reply_in_anothers_name_or_under_anothers_key(
    bus: tuple[RabbitNode, Database],
) -> None:
    node, _ = bus
    body = an_envelope(SignOrder(order_id=an_id("any order")), LEAD, None)
    with pytest.raises(amqp.PreconditionFailed):
        say(node, "GDS", body, user_id=department_user(LEAD))
    with pytest.raises(amqp.AccessRefused):
        say(node, "GDS", body, key=LEAD, user_id=department_user("GDS"))


def test_bad_json_and_an_unknown_version_are_parked_and_answered(bus: tuple[RabbitNode, Database]) -> None:
    node, database = bus
    order_id = an_id("any order")
    unknown = an_envelope(SignOrder(order_id=order_id), "GDS", an_id("v9")).replace(b"sign.v1", b"sign.v9")
    for body, message_id in ((b'{"id"', None), (unknown, str(an_id("v9")))):
        say(node, "GDS", body, user_id=department_user("GDS"))
        answer = until(found_by(node, "GDS", "department.reply.refused.v1"))
        assert answer["data"]["code"] == "malformed_request"
        assert message_id in (None, answer["data"]["in_reply_to"])
    assert len(until(parked(database, department_user("GDS")))) == 2


def test_a_department_that_comes_while_dispatch_runs_is_heard(bus: tuple[RabbitNode, Database]) -> None:
    node, database = bus
    define(database, DepartmentDefined(code="NEU", name_zh="新", name_en="new"))
    queue = reply_queue("NEU")
    with connect(node.url("operator")) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, REPLIES, "NEU")
        channel.basic_publish(amqp.Message(b"{}"), REPLIES, "NEU")
        heard = "SELECT reason FROM inbox_parked WHERE queue = :queue"
        assert until(lambda: rows(database, heard, queue=queue)) == [("unsigned_sender",)]
        channel.queue_delete(queue)
    # A queue that is taken away costs dispatch its connection: it comes back without it.
    test_a_department_finds_its_order_signs_it_and_is_answered_again(bus)


def test_a_department_finds_its_order_signs_it_and_is_answered_again(
    bus: tuple[RabbitNode, Database],
) -> None:
    node, database = bus
    order_id = say_classified(node, case_id := uuid4())
    until(found_by(node, LEAD, "department.order.offered.v1"))
    body = an_envelope(SignOrder(order_id=order_id), LEAD, case_id)
    say(node, LEAD, body, user_id=department_user(LEAD))
    until(found_by(node, LEAD, "department.reply.accepted.v1"))
    assert state_of(database, order_id) == "signed"


def test_what_lay_on_the_queue_that_all_departments_had_is_still_taken(
    bus: tuple[RabbitNode, Database],
) -> None:
    node, database = bus
    shared = naming.SHARED_REPLIES_QUEUE
    url = node.url("operator")
    # For what is not there it looks ever less often; on a new connection it begins anew.
    node.close_connections("dispatch")
    with connect(url) as connection:
        channel = connection.channel()
        channel.queue_declare(shared, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(shared, REPLIES, "#")
        channel.basic_publish(amqp.Message(b"[]"), "", shared)
        taken = "SELECT count(*) FROM inbox_parked WHERE queue = :queue"
        assert until(lambda: rows(database, taken, queue=shared) == [(1,)])
        retire_shared_replies(url)
        channel.basic_publish(amqp.Message(b"[1]"), REPLIES, LEAD)
        until(parked(database, ""))
        assert channel.queue_declare(shared, passive=True).consumer_count == 1
        channel.queue_delete(shared)
        retire_shared_replies(url)
    assert rows(database, taken, queue=shared) == [(1,)]
