"""What a department may do with what is its own: nothing is lost by it, and nobody else pays."""

import time
from uuid import UUID, uuid4

import amqp
import pytest

from contracts import naming, topology
from contracts.department import Reconcile, SignOrder
from tests.support.departments import WILD, Desk
from tests.support.messages import rows
from tests.support.servers import connect
from tests.support.toy.process import eventually
from tests.unit.dispatch.builders import LEAD, an_envelope

QUEUE = naming.department_queue(WILD)
USER = topology.department_user(WILD)


def orders_of(desk: Desk, cases: list[UUID]) -> dict[UUID, str]:
    """Return the state of the orders of these cases, by the order's id."""
    found = "SELECT id, state FROM work_order WHERE case_id = ANY(:cases)"
    return dict(
        eventually(
            lambda: (got := rows(desk.database, found, cases=cases)) and len(got) == len(cases) and got
        )
    )


def signed(desk: Desk, orders: dict[UUID, str]) -> int:
    query = "SELECT count(*) FROM work_order WHERE id = ANY(:ids) AND state = 'signed'"
    return int(rows(desk.database, query, ids=list(orders))[0][0])


def offered(desk: Desk, count: int) -> dict[UUID, str]:
    desk.empty(QUEUE)
    orders = orders_of(desk, [desk.offer(WILD) for _ in range(count)])
    eventually(lambda: desk.depth(QUEUE) == count)
    return orders


def test_a_department_that_never_acknowledges_is_offered_its_orders_again(desk: Desk) -> None:
    """What was taken and not acknowledged comes again, four times over, and is signed in the end.

    Seen failing: with a delivery limit of 1 for departments' queues, where it ends among the dead letters.
    """
    orders = offered(desk, 5)
    for _ in range(4):
        with connect(desk.node.url(USER)) as connection:
            taken = [eventually(lambda: connection.channel().basic_get(QUEUE)) for _ in orders]
            assert len(taken) == len(orders)
        eventually(lambda: desk.depth(QUEUE) == len(orders))
    with desk.software(WILD):
        eventually(lambda: signed(desk, orders) == len(orders))


def test_a_department_that_purges_its_queue_is_offered_its_orders_again(desk: Desk) -> None:
    """The queue is transport, the database is the record: whoever reconciles has everything again.

    Seen failing: with a `_reconcile` that offers nothing.
    """
    orders = offered(desk, 5)
    with connect(desk.node.url(USER)) as connection:
        assert connection.channel().queue_purge(QUEUE) == len(orders)
    assert desk.depth(QUEUE) == 0
    with desk.software(WILD):
        desk.say(WILD, an_envelope(Reconcile(), WILD, uuid4()), user_id=USER)
        eventually(lambda: signed(desk, orders) == len(orders))


def test_a_department_that_speaks_for_another_is_refused(desk: Desk) -> None:
    """Without a name, under another's, under another's key, and about another's order: nothing is signed.

    Seen failing: with a `sender_of` that believes the routing key where no `user_id` is given.
    """
    (order_id,) = orders_of(desk, [desk.offer(WILD)])
    about = SignOrder(order_id=order_id)
    desk.say(WILD, an_envelope(about, WILD, uuid4()))
    with pytest.raises(amqp.PreconditionFailed):
        desk.say(LEAD, an_envelope(about, WILD, uuid4()), user_id=USER)
    with pytest.raises(amqp.AccessRefused):
        desk.say(LEAD, an_envelope(about, WILD, uuid4()), key=WILD, user_id=topology.department_user(LEAD))
    desk.say(LEAD, an_envelope(about, WILD, uuid4()), user_id=topology.department_user(LEAD))
    copied = {"application_headers": {"CC": [WILD], "BCC": [WILD]}}
    desk.say(LEAD, an_envelope(about, WILD, uuid4()), user_id=topology.department_user(LEAD), **copied)
    eventually(lambda: desk.depth(naming.reply_queue(WILD)) + desk.depth(naming.reply_queue(LEAD)) == 0)
    desk.pace(rounds=2)
    time.sleep(1)
    assert orders_of(desk, [_case_of(desk, order_id)]) == {order_id: "offered"}


def _case_of(desk: Desk, order_id: UUID) -> UUID:
    return UUID(str(rows(desk.database, "SELECT case_id FROM work_order WHERE id = :id", id=order_id)[0][0]))
