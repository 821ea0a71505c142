"""The lines of steps in PostgreSQL."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.data import bulk
from chassis.data.store import Journal
from services.governance.record.models import civic_record


class Line(NamedTuple):
    """One step: of which topic, hearing or assembly, where that stands now, who took it in which role."""

    about: UUID
    at: datetime
    step: str
    state: str
    role: str
    by: UUID


class Record(Journal[Line]):
    """Every step, in order."""

    def write_many(self, rows: list[Line]) -> None:
        """Add the lines."""
        bulk.insert(self.connection, civic_record, [row._asdict() for row in rows])
