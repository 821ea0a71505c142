"""The ledger of deadlines and the table of what falls due, in PostgreSQL."""

from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec

from chassis.data import bulk, direct
from chassis.data.store import Journal
from services.dispatch.deadline import models
from services.dispatch.deadline.deadline import Deadline
from services.dispatch.deadline.timers import Timer

_CLEAR = "DELETE FROM due WHERE order_id = ANY(%(orders)s)"


class Ledger(Journal[Deadline]):
    """What was granted."""

    def write_many(self, rows: list[Deadline]) -> None:
        """Add the rows."""
        bulk.insert(self.connection, models.deadline, [msgspec.structs.asdict(row) for row in rows])


class Schedule(NamedTuple):
    """All that falls due of one order from now on."""

    order_id: UUID
    timers: tuple[Timer, ...]


class Timetable(Journal[Schedule]):
    """What falls due, order by order."""

    flush_order: ClassVar[int] = 20

    def write_many(self, rows: list[Schedule]) -> None:
        """Write each order's newest schedule in place of what it had."""
        newest = dict(rows)
        direct.execute(self.connection, _CLEAR, {"orders": list(newest)})
        due = [
            {"order_id": order_id, **timer._asdict()} for order_id, all_ in newest.items() for timer in all_
        ]
        bulk.insert(self.connection, models.due, due)
