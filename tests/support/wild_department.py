"""A department's software that runs wild, in a process of its own: `python -m tests.support.wild_department`.

Arguments: the attack, the department's AMQP URL, its code. It prints `at it` once it has begun, and goes on
until it is killed.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import amqp

from chassis.bus import connection as bus
from chassis.bus.connection import BROKER_ERRORS, LINK_ERRORS, BusConnection
from contracts import envelope, naming, topology
from contracts.department import SignOrder

_MIB = 2**20


def a_sign(code: str) -> bytes:
    """Return a message whose form is right, about an order that nobody knows."""
    order_id = uuid4()
    event = envelope.CloudEvent(
        id=envelope.uuid7(),
        source=f"department.{code}",
        type=SignOrder.type,
        subject=str(order_id),
        time=datetime.now(UTC),
        sequence=1,
        orderingkey=str(order_id),
        correlationid="a flood",
        data=envelope.raw(SignOrder(order_id=order_id)),
    )
    return envelope.encode(event)


def _publishing(url: str, code: str, body: Callable[[], bytes], **properties: Any) -> None:
    """Publish without waiting for anything, for as long as the connection stands."""
    connection = bus.connect(url)
    channel = connection.channel()
    try:
        while True:
            message = amqp.Message(body(), delivery_mode=2, **properties)
            channel.basic_publish(message, exchange=topology.REPLIES, routing_key=code)
    finally:
        connection.collect()


def flood(url: str, code: str) -> None:
    _publishing(url, code, lambda: a_sign(code), user_id=topology.department_user(code))


def flood_without_a_name(url: str, code: str) -> None:
    _publishing(url, code, lambda: a_sign(code))


def flood_of_garbage(url: str, code: str) -> None:
    _publishing(url, code, lambda: uuid4().bytes, user_id=topology.department_user(code))


def huge_messages(url: str, code: str) -> None:
    body = b"x" * (topology.LARGEST_MESSAGE_BYTES - 1)
    _publishing(url, code, lambda: body, user_id=topology.department_user(code))


def connections(url: str, code: str) -> None:
    """Come in as often as one is let in, and knock without end."""
    kept: list[BusConnection] = []
    while True:
        try:
            kept.append(bus.connect(url))
        except BROKER_ERRORS:
            time.sleep(0.001)


def channels(url: str, code: str) -> None:
    """Open and close channels without end."""
    connection = bus.connect(url)
    while True:
        for channel in [connection.channel() for _ in range(topology.CHANNELS_PER_CONNECTION - 2)]:
            channel.close()


def never_acks(url: str, code: str) -> None:
    """Take everything, acknowledge nothing, and begin anew so that all of it comes again."""
    while True:
        connection = bus.connect(url)
        channel = connection.channel()
        channel.basic_consume(naming.department_queue(code), callback=lambda _: None)
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            try:
                connection.drain_events(timeout=0.1)
            except TimeoutError:
                continue
        connection.collect()


ATTACKS = (flood, flood_without_a_name, flood_of_garbage, huge_messages, connections, channels, never_acks)


def main(name: str, url: str, code: str) -> None:
    attack = next(each for each in ATTACKS if each.__name__ == name)
    print("at it", flush=True)
    while True:
        try:
            attack(url, code)
        except LINK_ERRORS as error:
            print(type(error).__name__, flush=True)
            time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
