"""What the broker refuses a department."""

from dataclasses import replace

import amqp
import pytest
from amqp.exceptions import AccessRefused
from qiaotou_department import Department, NotAllowed, Settings
from qiaotou_department.link import Link

from contracts import topology
from tests.integration.department.standing_in import CODE, QUEUE, Dispatch, a_message
from tests.support.servers import connect


def test_nobody_speaks_under_anothers_name(settings: Settings) -> None:
    link = Link(settings)
    link._settings = replace(
        settings, amqp_uri=settings.amqp_uri.replace(f"department.{CODE}", "department.GAF")
    )
    with pytest.raises(NotAllowed, match="user_id"):
        link.publish(a_message())
    link.close()


def test_nobody_replies_under_anothers_key(settings: Settings) -> None:
    link = Link(settings)
    link._settings = replace(settings, department="GAF")
    with pytest.raises(NotAllowed, match="topic"):
        link.publish(a_message())
    link.close()


def test_a_refused_message_reaches_nobody(settings: Settings, dispatch: Dispatch) -> None:
    test_nobody_speaks_under_anothers_name(settings)
    test_nobody_replies_under_anothers_key(settings)
    assert dispatch.heard == []


def test_a_wrong_password_is_refused_at_once(settings: Settings) -> None:
    wrong = replace(settings, amqp_uri=settings.amqp_uri.replace("@", "x@"))
    with pytest.raises(NotAllowed):
        Department(wrong).run()


def test_nobody_reads_anothers_queue(settings: Settings) -> None:
    link = Link(replace(settings, department="GAF"))
    with pytest.raises(NotAllowed, match=r"department\.GAF"):
        link.consume()
    link.close()


@pytest.mark.parametrize(
    "queue",
    [f"{QUEUE}.dead", "intake.inbox.0", f"dispatch.replies.{CODE}", "rpc-intake.commands", "rpc-registry"],
)
def test_a_department_reads_no_queue_of_the_cell(settings: Settings, queue: str) -> None:
    with connect(settings.amqp_uri) as connection, pytest.raises(AccessRefused):
        connection.channel().basic_consume(queue, callback=print)


@pytest.mark.parametrize("exchange", [topology.EVENTS, topology.DEPARTMENTS, topology.RPC, "", "amq.topic"])
def test_a_department_publishes_to_no_other_exchange(settings: Settings, exchange: str) -> None:
    with connect(settings.amqp_uri) as connection:
        channel = connection.channel()
        channel.confirm_select()
        with pytest.raises(AccessRefused):
            channel.basic_publish_confirm(
                amqp.Message(b"{}"), exchange=exchange, routing_key=CODE, confirm_timeout=5
            )


def test_a_department_declares_nothing_not_even_its_own_queue(settings: Settings) -> None:
    with connect(settings.amqp_uri) as connection:
        for declare in (
            lambda channel: channel.queue_declare(QUEUE, durable=True, auto_delete=False),
            lambda channel: channel.queue_declare("mine"),
            lambda channel: channel.exchange_declare("mine", "topic"),
            lambda channel: channel.queue_delete(QUEUE),
            lambda channel: channel.queue_bind(QUEUE, topology.EVENTS, "#"),
        ):
            with pytest.raises(AccessRefused):
                declare(connection.channel())
