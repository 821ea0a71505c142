"""The RPC client of a threaded process: one connection, direct reply-to, a deadline on every call."""

import os
import threading
import time
from typing import Any, TypeVar, cast
from uuid import uuid4

import amqp
import msgspec
import structlog

from chassis.bus import rpc
from chassis.bus.connection import HEARTBEAT_S, LINK_ERRORS
from chassis.bus.doors import Doors
from chassis.bus.inbound import Inbound
from chassis.bus.link import TRANSIENT, Link
from chassis.context import Context
from chassis.refusal import Field
from contracts import naming

log = structlog.get_logger()

T = TypeVar("T")
_REPLY_TO = "amq.rabbitmq.reply-to"
_READ_S = 1.0
DEFAULT_TIMEOUT_S = 5.0
# For whoever tries whether a silent service answers again, and may have waited for a thread before.
TRIAL_S = 2.5


class RemoteRefusal(Exception):  # noqa: N818 - an answer, not a fault
    """The service refused: a public code, a sentence, fields."""

    def __init__(self, code: str, detail: str = "", fields: dict[str, Field] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.fields = fields or {}


class ServiceUnavailable(Exception):  # noqa: N818 - named for what the caller tells
    """The request was not delivered: no broker, or no such queue. Nothing was carried out."""


class NoAnswer(Exception):  # noqa: N818 - named for what the caller tells
    """The request went out and no reply came in time. Ask again under the same id."""


class _Call:
    """One call in flight."""

    __slots__ = ("_done", "body", "error")

    def __init__(self) -> None:
        self._done = threading.Event()
        self.body = b""
        self.error: Exception | None = None

    def settle(self, body: bytes = b"", error: Exception | None = None) -> None:
        self.body, self.error = body, error
        self._done.set()

    def wait(self, seconds: float) -> bytes:
        if not self._done.wait(seconds):
            raise NoAnswer
        if self.error is not None:
            raise self.error
        return self.body


class _Session:
    """One connection's life: its link, its reader, the calls that went out on it."""

    def __init__(self, uri: str, doors: Doors) -> None:
        self.link = Link(uri)
        self.calls: dict[str, _Call] = {}
        self._doors = doors
        self.alive = True
        self.link.channel.events["basic_return"].add(self._returned)
        try:
            self.link.consume(_REPLY_TO, self._replied, no_ack=True)
        except BaseException:
            self.link.drop()
            raise
        threading.Thread(target=self._read, name="rpc-replies", daemon=True).start()

    def end(self, error: Exception) -> None:
        """Give up the connection and everything that waits on it."""
        self.alive = False
        calls, self.calls = self.calls, {}
        for call in list(calls.values()):
            call.settle(error=error)

    def _read(self) -> None:
        beaten = time.monotonic()
        try:
            while self.alive:
                self.link.drain(_READ_S)
                if time.monotonic() - beaten > HEARTBEAT_S / 2.5:
                    self.link.beat()
                    beaten = time.monotonic()
        except LINK_ERRORS as error:
            log.warning("rpc.connection_lost", error=type(error).__name__)
        finally:
            self.end(NoAnswer())
            self.link.drop()

    def _replied(self, message: Inbound) -> None:
        call = self.calls.pop(message.correlation_id or "", None)
        if call is not None:
            call.settle(message.body)
        else:
            self._doors.heard()

    def _returned(self, _error: Exception, _exchange: str, _key: str, message: amqp.Message) -> None:
        call = self.calls.pop(message.properties.get("correlation_id") or "", None)
        if call is not None:
            call.settle(error=ServiceUnavailable("no queue takes this request"))


class _Attempt:
    """One attempt to connect, in a thread of its own: it may take longer than a caller may wait."""

    def __init__(self, uri: str, doors: Doors) -> None:
        self.pid = os.getpid()
        self.session: _Session | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._run, args=(uri, doors), name="rpc-connect", daemon=True).start()

    def is_over(self) -> bool:
        """Return whether there must be another one."""
        lost = self._ended.is_set() and (self.session is None or not self.session.alive)
        return lost or self.pid != os.getpid()

    def wait(self, seconds: float) -> _Session:
        """Return the connection. Raises: ServiceUnavailable."""
        if not self._ended.wait(seconds) or self.session is None:
            raise ServiceUnavailable("the broker is away")
        return self.session

    def _run(self, uri: str, doors: Doors) -> None:
        try:
            self.session = _Session(uri, doors)
        except LINK_ERRORS as error:
            log.warning("rpc.not_connected", error=type(error).__name__)
        finally:
            self._ended.set()


class RpcClient:
    """Calls services from any thread. Connects when first used, after a fork too."""

    def __init__(self, amqp_uri: str) -> None:
        self._uri = amqp_uri
        self._choosing = threading.Lock()
        self._doors = Doors()
        self._attempt: _Attempt | None = None

    def call(
        self,
        service: str,
        command: msgspec.Struct,
        *,
        context: Context,
        result: type[T],
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> T:
        """Carry out a command. Raises: RemoteRefusal, ServiceUnavailable, NoAnswer."""
        key = naming.command_key(service, cast("Any", command).method)
        body = rpc.encode_request(command=command)
        return self._result(self._ask(service, key, body, context, timeout_s), result)

    def query(
        self,
        service: str,
        method: str,
        *,
        context: Context,
        result: type[T],
        timeout_s: float = DEFAULT_TIMEOUT_S,
        **arguments: object,
    ) -> T:
        """Ask a query. Raises: RemoteRefusal, ServiceUnavailable, NoAnswer."""
        key = naming.query_key(service, method)
        body = rpc.encode_request(**arguments)
        return self._result(self._ask(service, key, body, context, timeout_s), result)

    def connected(self) -> bool:
        """Return whether the broker is reached, connecting where there is no connection yet."""
        try:
            return self._connected(DEFAULT_TIMEOUT_S).alive
        except ServiceUnavailable:
            return False

    def close(self) -> None:
        """Give up the connection."""
        if self._attempt is not None and self._attempt.session is not None:
            self._attempt.session.end(NoAnswer())

    @staticmethod
    def _result(body: bytes, wanted: type[T]) -> T:
        reply = rpc.decode_reply(body)
        if reply.error is None:
            return msgspec.json.decode(reply.result, type=wanted)
        problem = reply.error.problem
        if problem is None:
            raise RemoteRefusal("internal", reply.error.exc_type)
        raise RemoteRefusal(problem.code, problem.detail, problem.fields)

    def _ask(self, service: str, key: str, body: bytes, context: Context, timeout_s: float) -> bytes:
        visit = self._doors.enter(service)
        if visit is None:
            raise ServiceUnavailable("it does not answer, and somebody is trying already")
        answered = False
        try:
            reply = self._send(key, body, context, min(timeout_s, TRIAL_S) if visit.is_trial else timeout_s)
            answered = True
            return reply
        finally:
            self._doors.leave(service, visit, answered=answered)

    def _send(self, key: str, body: bytes, context: Context, timeout_s: float) -> bytes:
        until = time.monotonic() + timeout_s
        if context.deadline is None:
            context = msgspec.structs.replace(context, deadline=time.time() + timeout_s)
        else:
            until = min(until, time.monotonic() + context.deadline - time.time())
        session = self._connected(until - time.monotonic())
        correlation_id = uuid4().hex
        call = session.calls[correlation_id] = _Call()
        left = until - time.monotonic()
        try:
            session.link.publish(
                body,
                exchange=naming.RPC_EXCHANGE,
                routing_key=key,
                mandatory=True,
                headers=context.to_headers(),
                content_type="application/json",
                delivery_mode=TRANSIENT,
                # The broker drops what nobody took in time: it is never carried out minutes later.
                expiration=str(max(1, int(left * 1000))),
                reply_to=_REPLY_TO,
                correlation_id=correlation_id,
            )
        except LINK_ERRORS as error:
            session.end(NoAnswer())
            raise ServiceUnavailable("the broker is away") from error
        try:
            return call.wait(max(0.0, until - time.monotonic()))
        finally:
            session.calls.pop(correlation_id, None)

    def _connected(self, seconds: float) -> _Session:
        if seconds <= 0:
            raise ServiceUnavailable("there is no time left")
        attempt = self._attempt
        if attempt is None or attempt.is_over():
            with self._choosing:
                attempt = self._attempt
                if attempt is None or attempt.is_over():
                    attempt = self._attempt = _Attempt(self._uri, self._doors)
        return attempt.wait(seconds)
