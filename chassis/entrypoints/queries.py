"""Queries by RPC: one connection for all of a service's, each answered in a worker of its own."""

import inspect
import time
from collections.abc import Callable
from typing import Any, NamedTuple, cast, get_type_hints

import structlog
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension

from chassis import metrics
from chassis.bus import rpc
from chassis.bus.connection import LINK_ERRORS
from chassis.bus.consumer import Acks, Consumer
from chassis.bus.inbound import Inbound
from chassis.bus.link import Link
from chassis.context import Context
from chassis.entrypoints.container import settings_of
from chassis.entrypoints.replies import body_of, outcome_of, reply
from chassis.refusal import Expired, MalformedRequest, Refusal
from contracts import naming

log = structlog.get_logger()

QUERY_PREFETCH = 64


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
            body = body_of(outcome)
        except Exception as error:  # noqa: BLE001 - what has no JSON, of any kind, is our own fault
            outcome, body = error, body_of(error)
        metrics.RPC_REQUESTS.labels(self.container.service_name, method, outcome_of(outcome)).inc()
        try:
            reply(link, message, body)
            link.ack(message.delivery_tag)
        except LINK_ERRORS:
            # The connection went meanwhile: the request comes again, and expires if it is late.
            log.info("query.answer_lost", method=method)


Query.server = _QueryServer()
query: Callable[..., Any] = Query.decorator
