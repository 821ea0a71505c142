"""A service whose inbox can be poisoned."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
import psycopg
from psycopg import sql

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventProcessor, on
from contracts.naming import PARTITIONS, inbox_queue
from ops.rabbitmq import RabbitNode
from tests.support.messages import an_event
from tests.support.servers import connect

SERVICE = "intake"


class LampLit(msgspec.Struct, frozen=True, kw_only=True):
    type: ClassVar[str] = "works.lamp.lit.v1"
    at: datetime


class Works:
    """intake's inbox, with a handler that raises while `poisoned`."""

    def __init__(self, urls: dict[str, str], node: RabbitNode) -> None:
        self._urls = urls
        self._node = node
        self.poisoned = True
        self.database = Database(urls[SERVICE], source=SERVICE, pool_size=2)
        self._processor = EventProcessor(SERVICE, [on(LampLit, self._handle)])

    def url(self, service: str) -> str:
        return self._urls[service]

    def take(self, *messages: Inbound) -> None:
        self._processor.process(self.database, list(messages))

    def take_from_queue(self) -> int:
        """Take what the broker has for us; return how many messages that were."""
        taken: list[Inbound] = []
        with connect(self._node.url(SERVICE)) as connection:
            channel = connection.channel()
            for queue in [inbox_queue(SERVICE, i) for i in range(PARTITIONS)]:
                channel.basic_consume(queue, no_ack=True, callback=lambda each: taken.append(_inbound(each)))
            with suppress(TimeoutError):
                while True:
                    connection.drain_events(timeout=5 if not taken else 0.2)
        if taken:
            self.take(*taken)
        return len(taken)

    def rows(self, table: str) -> int:
        with psycopg.connect(self._urls[SERVICE]) as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else -1

    def _handle(self, event: LampLit, uow: UnitOfWork) -> None:
        if self.poisoned:
            raise KeyError(event.at, uow)


def a_lamp(sequence: int) -> Inbound:
    event = an_event(LampLit(at=datetime.now(UTC)), subject="lamp 7", sequence=sequence, source="works")
    return event._replace(queue=inbox_queue(SERVICE, 0))


def _inbound(message: Any) -> Inbound:
    return Inbound(bytes(message.body), inbox_queue(SERVICE, 0), "", dict(message.headers))
