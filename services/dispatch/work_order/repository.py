"""Work orders, results and memories of cases in PostgreSQL: the only SQL that changes them."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from contracts.department import Part
from services.dispatch.work_order.models import (
    refused_reply,
    work_order,
    work_order_case,
    work_order_part,
    work_order_result,
    work_order_timeline,
)
from services.dispatch.work_order.result import Result
from services.dispatch.work_order.work_order import CaseMemory, WorkOrder

_CHANGING = ("state", "signed_at", "completed_at", "result_id", "emitted", "version")
_ORDERS = sa.text("SELECT * FROM work_order WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_RESULTS = sa.text("SELECT * FROM work_order_result WHERE id = ANY(:keys)")
_CASES = sa.text("SELECT * FROM work_order_case WHERE case_id = ANY(:keys) ORDER BY case_id FOR UPDATE")
_REFUSED = sa.text("SELECT command_id, code, refused_at FROM refused_reply WHERE command_id = ANY(:keys)")
_REMEMBER = (
    "ON CONFLICT (case_id) DO UPDATE SET category = EXCLUDED.category, cycle = EXCLUDED.cycle, "
    "lead = EXCLUDED.lead, co_handlers = EXCLUDED.co_handlers"
)


def columns(value: msgspec.Struct) -> dict[str, Any]:
    """Return a frozen value as its row; what PostgreSQL knows itself stays as it is."""
    row: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(UUID, datetime, date))
    return row


class Orders(Store[UUID, WorkOrder]):
    """The work orders of one unit of work, locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, WorkOrder]:
        """Read and lock the orders that exist."""
        rows = self.connection.execute(_ORDERS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, WorkOrder) for row in rows}

    def save_many(self, changes: list[Change[UUID, WorkOrder]]) -> None:
        """Write new orders with their parts, and what has changed in known ones."""
        made = [change.new for change in changes if change.old is None]
        moved = [change.new for change in changes if change.old is not None]
        bulk.insert(self.connection, work_order, [columns(order) for order in made])
        bulk.insert(self.connection, work_order_part, [row for order in made for row in _parts(order)])
        rows = [{"id": order.id, **{name: columns(order)[name] for name in _CHANGING}} for order in moved]
        bulk.update(self.connection, work_order, rows, key=("id",))


def _parts(order: WorkOrder) -> list[dict[str, object]]:
    return [
        {
            "order_id": order.id,
            "department": department,
            "part": (Part.LEAD if department == order.lead else Part.CO_HANDLER).value,
            "offered_at": order.offered_at,
        }
        for department in order.departments
    ]


class Results(Store[UUID, Result]):
    """The results handed in; they never change."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Result]:
        """Read the results that exist."""
        rows = self.connection.execute(_RESULTS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Result) for row in rows}

    def save_many(self, changes: list[Change[UUID, Result]]) -> None:
        """Write new results."""
        rows = [columns(change.new) for change in changes if change.old is None]
        bulk.insert(self.connection, work_order_result, rows)


class Cases(Store[UUID, CaseMemory]):
    """What is remembered of cases, locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, CaseMemory]:
        """Read and lock the memories that exist."""
        rows = self.connection.execute(_CASES, {"keys": keys}).mappings()
        return {row["case_id"]: msgspec.convert(row, CaseMemory) for row in rows}

    def save_many(self, changes: list[Change[UUID, CaseMemory]]) -> None:
        """Write the newest memories."""
        rows = [columns(change.new) for change in changes]
        bulk.insert(self.connection, work_order_case, rows, on_conflict=_REMEMBER)


class Entry(NamedTuple):
    """One line of an order's life; `late` marks a fact that changed nothing."""

    order_id: UUID
    at: datetime
    kind: str
    step: str
    state: str
    by: str
    late: bool
    detail: dict[str, str]


class Timeline(Journal[Entry]):
    """The lives of orders."""

    def write_many(self, rows: list[Entry]) -> None:
        """Add the lines."""
        bulk.insert(self.connection, work_order_timeline, [row._asdict() for row in rows])


class RefusedReply(NamedTuple):
    """How a department's message was refused."""

    code: str
    refused_at: datetime


class RefusedReplies(Store[UUID, RefusedReply]):
    """The departments' messages that were refused."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, RefusedReply]:
        """Read those that were refused before."""
        rows = self.connection.execute(_REFUSED, {"keys": keys})
        return {row[0]: RefusedReply(row[1], row[2]) for row in rows}

    def save_many(self, changes: list[Change[UUID, RefusedReply]]) -> None:
        """Note those refused now."""
        rows = [
            {"command_id": change.key, **change.new._asdict()} for change in changes if change.old is None
        ]
        bulk.insert(self.connection, refused_reply, rows)
