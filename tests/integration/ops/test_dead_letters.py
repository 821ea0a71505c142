"""Dead letters at a real broker: looked at, put back, skipped; a kill in between loses none."""

import os
import signal
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import amqp
import pytest

from chassis.bus.publisher import Message, Publisher
from contracts.envelope import ORDERING_KEY_HEADER
from contracts.naming import DEPARTMENTS_EXCHANGE, department_queue
from contracts.topology import DEPARTMENT_DELIVERY_LIMIT, STREAMS
from ops import dead_letters
from ops.dead_letters import DeadLetters, Hand
from ops.errors import Unready
from ops.parked_message import Wanted
from ops.rabbitmq import RabbitNode
from ops.unhandled import Unhandled
from tests.support.servers import connect
from tests.support.toy.process import eventually

CODE = "CGJ"
QUEUE = department_queue(CODE)


class Given:
    """Databases of the test's own, and a department that gives back what it is sent."""

    def __init__(self, database: Callable[[str], str], node: RabbitNode) -> None:
        self._urls = dict.fromkeys(STREAMS, database("chassis")) | {"dispatch": database("dispatch")}
        self.node = node
        self.unhandled = Unhandled(databases=self, broker=node, departments=(CODE, "GAF", "GONE"))
        self.letters = DeadLetters(databases=self, broker=node, departments=(CODE, "GAF", "GONE"))

    def url(self, service: str) -> str:
        return self._urls[service]

    def send(self, *names: str) -> None:
        """Send orders as the relay does."""
        publisher = Publisher(self.node.url("relay"))
        messages = [
            Message(name, DEPARTMENTS_EXCHANGE, CODE, f"case of {name}", "dispatch.order.v1", _body(name))
            for name in names
        ]
        assert publisher.publish_all(messages).confirmed == set(names)
        publisher.close()

    def kill(self, *names: str) -> None:
        """Send orders that the department refuses for good, one after another."""
        self.send(*names)
        for _ in names:
            with connect(self.node.url("operator")) as connection:
                channel = connection.channel()
                channel.basic_reject(channel.basic_get(QUEUE).delivery_tag, requeue=False)
        eventually(lambda: self.count(f"{QUEUE}.dead") >= len(names))

    def count(self, queue: str) -> int:
        with connect(self.node.url("operator")) as connection:
            return int(connection.channel().queue_declare(queue, passive=True).message_count)

    def lying(self, queue: str = f"{QUEUE}.dead") -> list[Any]:
        """Take all that lies on a queue for good."""
        found = []
        with connect(self.node.url("operator")) as connection:
            channel = connection.channel()
            while (message := channel.basic_get(queue, no_ack=True)) is not None:
                found.append(message)
        return found


@pytest.fixture
def given(database: Callable[[str], str], rabbitmq: RabbitNode) -> Given:
    return Given(database, rabbitmq)


def _body(name: str) -> bytes:
    return f'{{"order": "{name}"}}'.encode()


def keys(given: Given) -> list[str]:
    return [each.message_key for each in given.letters.all()]


def test_dead_letters_are_listed_with_why_and_since_when(given: Given) -> None:
    given.kill("a")
    (each,) = given.unhandled.all(Wanted())
    assert each.key == f"{QUEUE}/a"
    assert (each.state, each.reason, each.type) == ("dead", "dead letter: rejected", "dispatch.order.v1")
    assert abs(each.parked_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert (each.holds, each.remedy) == (False, None)
    assert given.unhandled.get(each.key).body == each.body == _body("a")


def test_an_order_given_back_too_often_is_a_dead_letter_that_says_so(given: Given) -> None:
    given.send("a")
    with connect(given.node.url("operator")) as connection:
        channel = connection.channel()
        for _ in range(DEPARTMENT_DELIVERY_LIMIT + 1):
            channel.basic_reject(eventually(lambda: channel.basic_get(QUEUE)).delivery_tag, requeue=True)
    (each,) = eventually(given.letters.all)
    assert each.reason == "dead letter: delivery_limit"


def test_looking_changes_neither_the_letters_nor_their_order(given: Given) -> None:
    given.kill("a", "b", "c")
    for _ in range(25):
        assert keys(given) == ["a", "b", "c"]
    given.kill("d")
    assert keys(given) == ["a", "b", "c", "d"]
    assert [message.properties["message_id"] for message in given.lying()] == ["a", "b", "c", "d"]


def test_two_who_look_at_the_same_time_disturb_no_order(given: Given) -> None:
    given.kill(*"abcdef")
    seen: list[list[str]] = []
    looking = [threading.Thread(target=lambda: seen.append(keys(given))) for _ in range(6)]
    for each in looking:
        each.start()
    for each in looking:
        each.join(60)
    assert seen == [list("abcdef")] * 6
    assert [message.properties["message_id"] for message in given.lying()] == list("abcdef")


def test_whoever_is_killed_while_looking_leaves_them_as_they_lay(given: Given) -> None:
    given.kill("a", "b", "c")

    def die(_hand: Hand) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    assert _killed(given.letters.all, "give_back", die)
    assert eventually(lambda: keys(given) == ["a", "b", "c"])


def test_a_replayed_letter_lies_on_the_departments_queue_as_it_was_sent(given: Given) -> None:
    given.send("first")
    (as_sent,) = given.lying(QUEUE)
    given.kill("first")
    assert given.unhandled.replay([f"{QUEUE}/first"], by="li", because="mended") == [f"{QUEUE}/first"]
    (again,) = given.lying(QUEUE)
    assert (again.body, again.properties) == (as_sent.body, as_sent.properties)
    assert again.properties["application_headers"][ORDERING_KEY_HEADER] == "case of first"
    assert keys(given) == []


def test_letters_are_put_back_the_oldest_first_and_the_others_stay(given: Given) -> None:
    given.kill("a", "b", "c", "d")
    given.unhandled.replay([f"{QUEUE}/d", f"{QUEUE}/b"], by="li", because="mended")
    assert [message.properties["message_id"] for message in given.lying(QUEUE)] == ["b", "d"]
    assert keys(given) == ["a", "c"]


def test_whoever_is_killed_between_publishing_and_acknowledging_has_lost_nothing(given: Given) -> None:
    """It is sent twice: the department knows an order by its content."""
    given.kill("a", "b")

    def die(_hand: Hand, _letter: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def replay() -> None:
        given.letters.replay(CODE, lambda _: True, by="li", because="mended")

    assert _killed(replay, "acknowledge", die)
    assert eventually(lambda: keys(given) == ["a", "b"])
    assert [message.properties["message_id"] for message in given.lying(QUEUE)] == ["a"]
    assert [each.key for each in given.unhandled.history()] == [f"{QUEUE}/a"]


def _killed(do: Callable[[], object], name: str, instead: Callable[..., None]) -> bool:
    """Do it in a child whose hand dies in the step `name`; return whether it was killed."""
    with warnings.catch_warnings():
        # Of eventlet, where another test has imported it: the child uses none of it.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        try:
            setattr(dead_letters.Hand, name, instead)
            do()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_letter_stays_where_the_departments_queue_takes_nothing(given: Given) -> None:
    given.kill("a")
    with connect(given.node.url("operator")) as connection:
        channel = connection.channel()
        channel.queue_unbind(QUEUE, DEPARTMENTS_EXCHANGE, CODE)
        try:
            with pytest.raises(Unready, match="did not take"):
                given.unhandled.replay([f"{QUEUE}/a"], by="li", because="mended")
        finally:
            channel.queue_bind(QUEUE, DEPARTMENTS_EXCHANGE, CODE)
    assert eventually(lambda: keys(given) == ["a"])


def test_a_skipped_letter_is_gone_and_on_record(given: Given) -> None:
    given.kill("a", "b")
    assert not given.unhandled.skip(f"{QUEUE}/a", by="li", because="withdrawn")
    assert keys(given) == ["b"]
    (entry,) = given.unhandled.history()
    assert (entry.key, entry.action, entry.because) == (f"{QUEUE}/a", "skipped", "withdrawn")
    assert given.count(QUEUE) == 0


def test_what_came_from_none_of_ours_can_only_be_skipped(given: Given) -> None:
    with connect(given.node.url("operator")) as connection:
        connection.channel().basic_publish(amqp.Message(b"noise"), "", f"{QUEUE}.dead")
    (each,) = eventually(given.letters.all)
    with pytest.raises(Unready, match="no ordering key"):
        given.unhandled.replay([each.key], by="li", because="mended")
    given.unhandled.skip(each.key, by="li", because="noise")
    assert keys(given) == []


def test_a_letter_that_is_not_there_is_said_so(given: Given) -> None:
    for ask in (
        lambda: given.unhandled.get(f"{QUEUE}/none"),
        lambda: given.unhandled.skip(f"{QUEUE}/none", by="li", because="none"),
        lambda: given.unhandled.replay([f"{QUEUE}/none"], by="li", because="none"),
    ):
        with pytest.raises(Unready, match="no dead letter"):
            ask()
