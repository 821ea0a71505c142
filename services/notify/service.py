"""Notify on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from contracts.commands.notify import MessagePage
from services.notify.message import handlers as message
from services.notify.message import queries
from services.notify.reference import handlers as reference
from services.notify.reference.queries import ReferenceCounts, reference_counts

NAME = "notify"
COMMANDS = CommandProcessor(NAME, message.COMMANDS)
EVENTS = EventProcessor(NAME, (*message.EVENTS, *reference.EVENTS))


class NotifyService:
    """通知."""

    name = NAME
    database = DatabaseDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.15)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take what registry, intake and dispatch say."""
        EVENTS.process(self.database, batch)

    @every(seconds=5.0, eager=True)
    def take_up(self) -> None:
        """Apply what an older build could not read yet."""
        EVENTS.take_up(self.database)

    @query
    def list_messages(
        self,
        context: Context,
        *,
        cursor: str | None = None,
        limit: int = queries.PAGE,
        unread_only: bool = False,
    ) -> MessagePage:
        """Return a page of the caller's messages. Raises: NotAPerson, UnfitNumber, MalformedCursor."""
        return queries.list_messages(
            self.database, context.required(), cursor=cursor, limit=limit, unread_only=unread_only
        )

    @query
    def reference_counts(self, _context: Context) -> ReferenceCounts:
        """Return how much of registry's data is mirrored."""
        return reference_counts(self.database)
