"""Entrypoints that take messages in batches: events, commands, and queues that the database names."""

from collections.abc import Callable, Sequence
from typing import Any

from eventlet.event import Event
from nameko.extensions import Entrypoint

from chassis.bus.consumer import LINGER_S, Consumer
from chassis.bus.finding import FindingConsumer
from chassis.bus.inbound import Inbound
from chassis.bus.link import Link
from chassis.data.engine import Database
from chassis.entrypoints.container import DatabaseDependency, settings_of
from chassis.entrypoints.replies import reply
from chassis.processing.faults import is_of_the_house
from contracts import naming

Decorator = Callable[..., Any]


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
            reply(link, message, body)


event_batch: Callable[..., Decorator] = EventBatch.decorator
command_batch: Decorator = CommandBatch.decorator
reply_batch: Callable[..., Decorator] = FoundBatch.decorator
