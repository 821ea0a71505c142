"""A dispatch desk with two departments: one that works as it should, and one that runs wild."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import amqp

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from chassis.rpc_client import RpcClient
from contracts.department import OrderOffered, ReplyAccepted, SignOrder
from contracts.envelope import ORDERING_KEY_HEADER
from contracts.naming import EVENTS_EXCHANGE
from contracts.topology import REPLIES, department_user
from ops.cell import REPOSITORY
from ops.rabbitmq import RabbitNode
from ops.subscriber import Subscriber
from tests.support.messages import an_event
from tests.support.servers import connect
from tests.unit.dispatch.builders import LEAD, classified

WILD = "GAF"
_PATIENCE_S = 60.0


class Pace(NamedTuple):
    """How fast a department is served: medians and worst of several rounds, in seconds."""

    signed: float
    slowest: float
    asked: float

    def __str__(self) -> str:
        return f"signed {self.signed:.3f} s (slowest {self.slowest:.3f}), asked {self.asked:.3f} s"


class Desk:
    """Orders for department LEAD, which signs what it is offered, and what it waits for meanwhile."""

    def __init__(self, node: RabbitNode, database: Database) -> None:
        self.node = node
        self.database = database
        self._heard: dict[str, threading.Event] = {}
        self._orders: dict[str, str] = {}
        self._lock = threading.Lock()
        self._client = RpcClient(node.url("operator"))
        self._operator = connect(node.url("operator"))
        self._lead = Subscriber(LEAD, node.url(department_user(LEAD)), self._hear)
        self._lead.start()

    def close(self) -> None:
        self._lead.stop()
        self._client.close()
        self._operator.collect()

    def offer(self, department: str = LEAD) -> UUID:
        """Let a case be classified; return its id."""
        case_id = uuid4()
        event = an_event(classified(case_id=case_id, lead=department), subject=str(case_id), sequence=1)
        message = amqp.Message(event.body, application_headers={ORDERING_KEY_HEADER: str(case_id)})
        with connect(self.node.url("operator")) as connection:
            channel = connection.channel()
            channel.confirm_select()
            channel.basic_publish_confirm(message, exchange=EVENTS_EXCHANGE, routing_key=event.routing_key)
        return case_id

    def pace(self, *, rounds: int = 12) -> Pace:
        """Measure so many orders from offered to signed, and a question by RPC beside each."""
        signed, asked = [], []
        for _ in range(rounds):
            order_id = self._offered(self.offer())
            begun = time.monotonic()
            message_id = self._lead.say(SignOrder.type, order_id, {"order_id": order_id})
            self._wait_for(message_id)
            signed.append(time.monotonic() - begun)
            begun = time.monotonic()
            self._ask()
            asked.append(time.monotonic() - begun)
        return Pace(median(signed), max(signed), median(asked))

    @contextmanager
    def beside(self, attack: str, *, head_start_s: float = 3.0) -> Iterator[None]:
        """Do something while department WILD does this."""
        command = (sys.executable, "-W", "ignore", "-m", "tests.support.wild_department", attack)
        url = self.node.url(department_user(WILD))
        with subprocess.Popen([*command, url, WILD], cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"at it\n"
                time.sleep(head_start_s)
                yield
                assert process.poll() is None
            finally:
                process.kill()

    @contextmanager
    def software(self, code: str) -> Iterator[None]:
        """Let a department's software run that signs whatever it is offered."""

        def hear(kind: str, data: dict[str, Any]) -> None:
            if kind == OrderOffered.type:
                running.say(SignOrder.type, data["order_id"], {"order_id": data["order_id"]})

        running = Subscriber(code, self.node.url(department_user(code)), hear)
        running.start()
        try:
            yield
        finally:
            running.stop()

    def say(self, code: str, body: bytes, *, key: str = "", **properties: Any) -> None:
        """Say something as a department. Raises: amqp.AMQPError where the broker refuses."""
        with connect(self.node.url(department_user(code))) as connection:
            channel = connection.channel()
            channel.confirm_select()
            channel.basic_publish_confirm(amqp.Message(body, **properties), REPLIES, key or code)

    def depth(self, queue: str) -> int:
        with connect(self.node.url("operator")) as connection:
            return int(connection.channel().queue_declare(queue, passive=True).message_count)

    def empty(self, *queues: str) -> None:
        with connect(self.node.url("operator")) as connection:
            for queue in queues:
                connection.channel().queue_purge(queue)

    def _ask(self) -> None:
        context = Context(principal=the_system(), correlation_id="a test")
        self._client.query("dispatch", "reference_counts", context=context, result=dict, timeout_s=30)

    def _offered(self, case_id: UUID) -> str:
        self._wait_for(str(case_id))
        return self._orders[str(case_id)]

    def _hear(self, kind: str, data: dict[str, Any]) -> None:
        if kind == OrderOffered.type:
            self._orders[data["case_id"]] = data["order_id"]
            self._event(data["case_id"]).set()
        elif kind == ReplyAccepted.type:
            self._event(data["in_reply_to"]).set()

    def _event(self, key: str) -> threading.Event:
        with self._lock:
            return self._heard.setdefault(key, threading.Event())

    def _wait_for(self, key: str) -> None:
        assert self._event(key).wait(_PATIENCE_S), f"nothing about {key} in {_PATIENCE_S} s"
