"""Governance on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from contracts.commands.governance import Agenda
from services.governance import metrics
from services.governance.meeting import handlers as meeting
from services.governance.meeting import queries
from services.governance.reference import handlers as reference
from services.governance.reference.queries import ReferenceCounts, reference_counts

NAME = "governance"
COMMANDS = CommandProcessor(NAME, meeting.COMMANDS)
EVENTS = EventProcessor(NAME, (*meeting.EVENTS, *reference.EVENTS))


class GovernanceService:
    """议事."""

    name = NAME
    database = DatabaseDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.15)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take intake's and registry's events."""
        EVENTS.process(self.database, batch)

    @query
    def agenda(self, context: Context) -> Agenda:
        """Return what waits for a meeting, and the meetings. Raises: Forbidden."""
        return queries.agenda(self.database, context.required())

    @query
    def reference_counts(self, context: Context) -> ReferenceCounts:  # noqa: ARG002 - no secret
        """Return how much of registry's data is mirrored."""
        return reference_counts(self.database)

    @every(seconds=5.0)
    def count_open(self) -> None:
        """Show how many items wait for a resolution."""
        metrics.show_open(queries.count_open(self.database))
