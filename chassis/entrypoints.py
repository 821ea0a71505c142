"""The nameko extensions of the house: what a service's `service.py` is made of.

nameko's own `@event_handler`, `@consume`, `@rpc` and `RpcProxy` are banned by lint;
docs/adr says which fault each of them has.
"""

import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast, get_type_hints

import msgspec
import structlog
from eventlet.event import Event
from nameko.extensions import DependencyProvider, Entrypoint, ProviderCollector, SharedExtension
from nameko.timer import Timer

from chassis import metrics
from chassis.bus import rpc
from chassis.bus.connection import LINK_ERRORS
from chassis.bus.consumer import LINGER_S, Acks, Consumer
from chassis.bus.finding import FindingConsumer
from chassis.bus.inbound import Inbound
from chassis.bus.link import TRANSIENT, Link
from chassis.config import Settings
from chassis.context import Context
from chassis.data.clock import refuse_moved_clock
from chassis.data.engine import Database
from chassis.processing.faults import is_of_the_house
from chassis.refusal import Expired, Internal, MalformedRequest, Refusal, Unavailable
from contracts import naming

log = structlog.get_logger()

QUERY_PREFETCH = 64


def settings_of(container: Any) -> Settings:
    """Return the settings that the runner put in the container's configuration."""
    return cast("Settings", container.config["settings"])


class DatabaseDependency(DependencyProvider):  # type: ignore[misc]
    """The service's database, one a process."""

    def setup(self) -> None:
        """Connect; refuse to start a production cell with a moved clock."""
        settings = settings_of(self.container)
        self.database = Database(settings.database_url, source=self.container.service_name)
        with self.database.reading() as connection:
            refuse_moved_clock(connection, mode=settings.mode)
        self.container.config["observed"].watch(self.container.service_name, self.database)

    def stop(self) -> None:
        """Close every connection."""
        self.database.close()

    def get_dependency(self, worker_ctx: Any) -> Database:  # noqa: ARG002 - nameko's signature
        """Return the database."""
        return self.database


class _Batches(Entrypoint):  # type: ignore[misc]
    """A consumer of its own, each batch handed to the service's method as one worker."""

    def __init__(self, linger_s: float = LINGER_S, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._linger_s = linger_s
        self._consumer: Consumer | None = None

    def queues(self) -> Sequence[str]:
        """Return what to consume; known once the container is bound."""
        raise AssertionError

    def start(self) -> None:
        """Consume in a managed green thread."""
        self._consumer = self._made(settings_of(self.container).amqp_uri, self.container.service_name)
        if self._consumer is not None:
            self.container.config["observed"].connected(self._consumer)
            self.container.spawn_managed_thread(self._consumer.run)

    def _made(self, uri: str, service: str) -> Consumer | None:
        queues = self.queues()
        # More processes than partitions: then this one answers requests alone.
        return Consumer(uri, queues, self._take, service=service, linger_s=self._linger_s) if queues else None

    def stop(self) -> None:
        """Finish what is in flight and acknowledge it before the connection goes."""
        if self._consumer is not None:
            self._consumer.stop()

    def _take(self, link: Link, batch: list[Inbound]) -> None:  # noqa: ARG002 - commands reply on it
        self._work(batch)

    def _work(self, batch: list[Inbound]) -> Any:
        """Run the service's method on a batch, in a worker; raise what it raised."""
        done = Event()

        def handle_result(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is None:
                done.send(result)
            else:
                done.send_exception(*exc_info)
            return result, exc_info

        self.container.spawn_worker(self, (batch,), {}, handle_result=handle_result)
        return done.wait()


class EventBatch(_Batches):
    """Events of this process's partitions; the method returns when they are applied for good."""

    def queues(self) -> Sequence[str]:
        """Return the partitions i with i mod N = k."""
        settings = settings_of(self.container)
        mine = naming.partitions_of(settings.process, settings.processes)
        return [naming.inbox_queue(self.container.service_name, i) for i in mine]


class FoundBatch(_Batches):
    """Messages of the queues that the database names; the method returns when they are dealt with."""

    def __init__(self, *, find: Callable[[Database], Sequence[str]], window: int, **kwargs: Any) -> None:
        self._find = find
        self._window = window
        super().__init__(**kwargs)

    def _made(self, uri: str, service: str) -> Consumer:
        return FindingConsumer(
            uri, self._found, self._take, service=service, window=self._window, linger_s=self._linger_s
        )

    def _found(self) -> Sequence[str]:
        dependencies = self.container.dependencies
        (database,) = [each.database for each in dependencies if isinstance(each, DatabaseDependency)]
        try:
            return self._find(database)
        except Exception as error:
            if not is_of_the_house(error):
                raise
            # What is consumed already goes on; the database is asked again.
            return ()


class CommandBatch(_Batches):
    """Commands of this service; the method returns a reply's body for each, sent after the commit."""

    def queues(self) -> Sequence[str]:
        """Return the command queue."""
        return [naming.command_queue(self.container.service_name)]

    def _take(self, link: Link, batch: list[Inbound]) -> None:
        for message, body in zip(batch, self._work(batch), strict=True):
            _reply(link, message, body)


class _Parameter(NamedTuple):
    """One named argument of a query."""

    type: Any
    default: Any


class Query(Entrypoint):  # type: ignore[misc]
    """A query by RPC. Arguments are converted by the method's annotations; the first is the context."""

    server: "_QueryServer"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(expected_exceptions=(Refusal,), **kwargs)
        self.parameters: dict[str, _Parameter] = {}

    def setup(self) -> None:
        """Read the method's signature and register with the service's one query server."""
        method = getattr(self.container.service_cls, self.method_name)
        hints = get_type_hints(method)
        parameters = list(inspect.signature(method).parameters.values())[2:]
        self.parameters = {each.name: _Parameter(hints[each.name], each.default) for each in parameters}
        self.server.register_provider(self)

    def stop(self) -> None:
        """Let the server finish; the last one closes it."""
        self.server.unregister_provider(self)

    def arguments(self, body: bytes) -> dict[str, Any]:
        """Return the named arguments of a request. Raises: MalformedRequest."""
        given = rpc.decode_request(body)
        unknown = given.keys() - self.parameters.keys()
        if unknown:
            raise MalformedRequest(f"unknown argument: {', '.join(sorted(unknown))}")
        found = {name: rpc.decode_as(raw, self.parameters[name].type) for name, raw in given.items()}
        for name, parameter in self.parameters.items():
            if name not in found and parameter.default is inspect.Parameter.empty:
                raise MalformedRequest(f"missing argument: {name}")
        return found


class _QueryServer(SharedExtension, ProviderCollector):  # type: ignore[misc]
    """One connection for all queries of a service; each runs in a worker of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._consumer: Consumer | None = None

    def start(self) -> None:
        """Consume in a managed green thread."""
        if self._consumer is not None or not self._providers:
            return
        settings = settings_of(self.container)
        self._consumer = Consumer(
            settings.amqp_uri,
            [naming.query_queue(self.container.service_name)],
            self._take,
            service=self.container.service_name,
            acks=Acks.HANDLER,
            linger_s=0.0,
            prefetch=QUERY_PREFETCH,
        )
        self.container.config["observed"].connected(self._consumer)
        self.container.spawn_managed_thread(self._consumer.run)

    def unregister_provider(self, provider: Any) -> None:
        """The first query to stop stops them all: they share the connection."""
        if self._consumer is not None:
            self._consumer.stop()
        super().unregister_provider(provider)

    def _take(self, link: Link, batch: list[Inbound]) -> None:
        for message in batch:
            try:
                self._spawn(link, message)
            except Refusal as refusal:
                self._answer(link, message, "unknown", refusal)

    def _spawn(self, link: Link, message: Inbound) -> None:
        context = Context.from_headers(message.headers)
        name = message.routing_key.rpartition(".")[2]
        provider = next((each for each in self._providers if each.method_name == name), None)
        if provider is None:
            raise MalformedRequest(f"there is no query {name}")
        if context.passed(time.time()):
            raise Expired
        arguments = provider.arguments(message.body)
        started = time.perf_counter()
        consumer = cast("Consumer", self._consumer)
        consumer.in_flight += 1

        def handle_result(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            outcome = result if exc_info is None else exc_info[1]
            self._answer(link, message, name, outcome)
            # Only now: a consumer with nothing in flight may close the connection.
            consumer.in_flight -= 1
            metrics.RPC_SECONDS.labels(self.container.service_name, name).observe(
                time.perf_counter() - started
            )
            # A refusal is an answer: nameko is not told of an error.
            return None, None

        self.container.spawn_worker(provider, (context,), arguments, handle_result=handle_result)

    def _answer(self, link: Link, message: Inbound, method: str, outcome: Any) -> None:
        try:
            body = _reply_body(outcome)
        except Exception as error:  # noqa: BLE001 - what has no JSON, of any kind, is our own fault
            outcome, body = error, _reply_body(error)
        metrics.RPC_REQUESTS.labels(self.container.service_name, method, outcome_of(outcome)).inc()
        try:
            _reply(link, message, body)
            link.ack(message.delivery_tag)
        except LINK_ERRORS:
            # The connection went meanwhile: the request comes again, and expires if it is late.
            log.info("query.answer_lost", method=method)


def _refusal_of(outcome: object) -> Refusal | None:
    if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
        return Unavailable() if is_of_the_house(outcome) else Internal()
    return outcome if isinstance(outcome, Refusal) else None


def _reply_body(outcome: Any) -> bytes:
    refusal = _refusal_of(outcome)
    return rpc.encode_refusal(refusal) if refusal else rpc.encode_result(msgspec.json.encode(outcome))


def outcome_of(outcome: object) -> str:
    """Return the metric label of an outcome: `ok`, or a refusal's code."""
    refusal = _refusal_of(outcome)
    return refusal.code if refusal else "ok"


def _reply(link: Link, message: Inbound, body: bytes) -> None:
    """Answer where the caller waits. Who gave no address wants no answer."""
    if message.reply_to:
        link.publish(
            body,
            exchange="",
            routing_key=message.reply_to,
            content_type="application/json",
            delivery_mode=TRANSIENT,
            correlation_id=message.correlation_id or "",
        )


class Every(Timer):  # type: ignore[misc]
    """Run a method every so many seconds; what it raises is logged, and it runs again.

    `eager` runs it at the start already, and not only when the first of them have passed.
    """

    def __init__(self, seconds: float, *, eager: bool = False, **kwargs: Any) -> None:
        super().__init__(interval=seconds, eager=eager, **kwargs)


class WhenDue(Timer):  # type: ignore[misc]
    """Run a method that does what the cell clock has made due, as often as the settings say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(interval=0.0, **kwargs)

    def setup(self) -> None:
        """Read how often; known once the container is bound."""
        self.interval = settings_of(self.container).due_poll_s


Query.server = _QueryServer()

Decorator = Callable[..., Any]
event_batch: Callable[..., Decorator] = EventBatch.decorator
command_batch: Decorator = CommandBatch.decorator
reply_batch: Callable[..., Decorator] = FoundBatch.decorator
query: Decorator = Query.decorator
every: Callable[..., Decorator] = Every.decorator
when_due: Decorator = WhenDue.decorator
