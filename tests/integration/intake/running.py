"""Intake with its database and without a broker: commands and events go in, rows come out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.processing.commands import CommandProcessor, Outcome, Request
from chassis.processing.events import EventProcessor
from contracts import envelope
from services.intake.case import handlers
from services.intake.export import handlers as export_handlers
from services.intake.reference import handlers as reference_handlers


class Intake:
    """One intake process, as its entrypoints would drive it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commands = CommandProcessor("intake", (*handlers.COMMANDS, *export_handlers.COMMANDS))
        self.events = EventProcessor("intake", (*reference_handlers.EVENTS, *handlers.EVENTS))
        self._sequences: dict[tuple[str, str], int] = {}

    def ask(self, *asked: tuple[Any, Principal]) -> list[Outcome]:
        """Carry out commands in one batch."""
        requests = [
            Request(command.command_id, command, Context(principal=who, correlation_id="t"))
            for command, who in asked
        ]
        return self.commands.run(self.database, requests)

    def tell(self, source: str, *facts: tuple[str, Any]) -> None:
        """Take events of (subject, payload) in one batch."""
        self.events.process(self.database, [self._inbound(source, subject, fact) for subject, fact in facts])

    def _inbound(self, source: str, subject: str, fact: Any) -> Inbound:
        sequence = self._sequences.get((source, subject), 0) + 1
        self._sequences[source, subject] = sequence
        event = envelope.CloudEvent(
            id=envelope.uuid7(),
            source=source,
            type=fact.type,
            subject=subject,
            time=envelope.utc_now(),
            sequence=sequence,
            orderingkey=subject,
            correlationid="t",
            data=envelope.raw(fact),
        )
        return Inbound(envelope.encode(event), "intake.inbox.0", fact.type, {"ordering-key": subject})

    def rows(self, sql: str, **values: object) -> Sequence[sa.Row[Any]]:
        """Read what is in the database."""
        with self.database.reading() as connection:
            return connection.execute(sa.text(sql), values).all()

    def emitted(self, case_id: UUID) -> list[envelope.CloudEvent]:
        """Return the outbox's events of one case, in order."""
        found = self.rows(
            "SELECT body FROM outbox WHERE ordering_key = :key ORDER BY position", key=str(case_id)
        )
        return [envelope.decode(bytes(row[0])) for row in found]
