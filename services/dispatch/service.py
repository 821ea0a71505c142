"""Dispatch on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query, reply_batch
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from contracts.commands.dispatch import OrderPage, OrderView
from contracts.topology import REPLIES_QUEUE
from services.dispatch import metrics
from services.dispatch.responsibility import handlers as responsibility
from services.dispatch.responsibility import queries as reference
from services.dispatch.work_order import handlers as work_order
from services.dispatch.work_order import queries
from services.dispatch.work_order.replies import ReplyProcessor

NAME = "dispatch"
COMMANDS = CommandProcessor(NAME, work_order.COMMANDS)
EVENTS = EventProcessor(NAME, (*work_order.EVENTS, *responsibility.EVENTS))
REPLIES = ReplyProcessor(NAME)


class DispatchService:
    """派遣."""

    name = NAME
    database = DatabaseDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.1)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take intake's and registry's events."""
        EVENTS.process(self.database, batch)

    @reply_batch(REPLIES_QUEUE, linger_s=0.1)
    def departments(self, batch: Sequence[Inbound]) -> None:
        """Take what departments say."""
        REPLIES.process(self.database, batch)

    @query
    def get_order(self, context: Context, *, order_id: UUID) -> OrderView:
        """Return one order. Raises: UnknownOrder."""
        return queries.get_order(self.database, context.required(), order_id=order_id)

    @query
    def list_orders(
        self,
        context: Context,
        *,
        state: str | None = None,
        department: str | None = None,
        cursor: str | None = None,
        limit: int = queries.PAGE,
    ) -> OrderPage:
        """Return a page of orders, newest first. Raises: Forbidden, Invalid, MalformedCursor."""
        return queries.list_orders(
            self.database, context.required(), state=state, department=department, cursor=cursor, limit=limit
        )

    @query
    def orders_of_case(self, context: Context, *, case_id: UUID) -> OrderPage:
        """Return the orders of a case that the caller may see, newest first."""
        return queries.orders_of_case(self.database, context.required(), case_id=case_id)

    @query
    def reference_counts(self, context: Context) -> reference.ReferenceCounts:  # noqa: ARG002 - no secret
        """Return how much of registry's data is mirrored."""
        return reference.reference_counts(self.database)

    @every(seconds=5.0)
    def count_open(self) -> None:
        """Show how many orders are open."""
        metrics.show_open(queries.count_open(self.database))
