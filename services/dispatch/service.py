"""Dispatch on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import (
    DatabaseDependency,
    command_batch,
    event_batch,
    every,
    query,
    reply_batch,
    when_due,
)
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from contracts.commands.orders import Ledger, OrderPage, OrderView, Responsibilities
from services.dispatch import metrics
from services.dispatch.deadline import polling
from services.dispatch.deadline import queries as deadline
from services.dispatch.responsibility import handlers as responsibility
from services.dispatch.responsibility import queries as reference
from services.dispatch.work_order import handlers as work_order
from services.dispatch.work_order import queries, routes
from services.dispatch.work_order.replies import ReplyProcessor

NAME = "dispatch"
COMMANDS = CommandProcessor(NAME, routes.COMMANDS)
EVENTS = EventProcessor(NAME, (*work_order.EVENTS, *responsibility.EVENTS))
REPLIES = ReplyProcessor(NAME)
# Of each department: so many of one that floods stand before another.
REPLIES_AT_A_TIME = 16


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

    @every(seconds=5.0, eager=True)
    def take_up(self) -> None:
        """Apply what an older build could not read yet."""
        EVENTS.take_up(self.database)

    @reply_batch(find=reference.reply_queues, window=REPLIES_AT_A_TIME, linger_s=0.1)
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
        waiting: str | None = None,
        overdue: bool = False,
        due_before: datetime | None = None,
        order: str | None = None,
        cursor: str | None = None,
        limit: int = queries.PAGE,
    ) -> OrderPage:
        """Return a page of orders. Raises: Forbidden, Invalid, MalformedCursor, UnknownDepartment."""
        asked = queries.Filter(
            state=state,
            department=department,
            waiting=waiting,
            overdue=overdue,
            due_before=due_before,
            order=order,
            cursor=cursor,
            limit=limit,
        )
        return queries.list_orders(self.database, context.required(), asked)

    @query
    def orders_of_case(self, context: Context, *, case_id: UUID) -> OrderPage:
        """Return the orders of a case that the caller may see, newest first."""
        return queries.orders_of_case(self.database, context.required(), case_id=case_id)

    @query
    def deadlines_of_case(self, context: Context, *, case_id: UUID) -> Ledger:
        """Return the deadlines of a case that the caller may see, oldest first."""
        return deadline.deadlines_of_case(self.database, context.required(), case_id=case_id)

    @query
    def responsibility(
        self,
        context: Context,  # noqa: ARG002 - no secret
        *,
        category: str | None = None,
        on: date | None = None,
    ) -> Responsibilities:
        """Return the responsibility matrix as it was on a day. Raises: NotFound."""
        return reference.responsibility(self.database, category=category, on=on)

    @query
    def responsibility_history(self, context: Context, *, category: str) -> Responsibilities:  # noqa: ARG002 - no secret
        """Return whose task a category has been, oldest first. Raises: NotFound."""
        return reference.responsibility_history(self.database, category=category)

    @query
    def reference_counts(self, context: Context) -> reference.ReferenceCounts:  # noqa: ARG002 - no secret
        """Return how much of registry's data is mirrored."""
        return reference.reference_counts(self.database)

    @every(seconds=5.0)
    def count_open(self) -> None:
        """Show how many orders are open, and how many wait for the guidance centre."""
        metrics.show_open(queries.count_open(self.database))
        metrics.show_waiting(queries.count_waiting(self.database))

    @when_due
    def watch_the_clock(self) -> None:
        """Do what has fallen due."""
        polling.do_all_that_is_due(self.database)
