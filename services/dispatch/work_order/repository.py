"""Work orders, what is remembered of cases, and what was handed in: the only SQL that changes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.dispatch.work_order.decided import due_of, is_open_to
from services.dispatch.work_order.models import (
    work_order,
    work_order_case,
    work_order_part,
    work_order_result,
    work_order_statement,
    work_order_told,
)
from services.dispatch.work_order.result import Result
from services.dispatch.work_order.statement import Statement
from services.dispatch.work_order.work_order import CaseMemory, WorkOrder

_ORDERS = sa.text("SELECT * FROM work_order WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
# The orders are locked and not what falls due of them: whoever moves an order writes both.
_LOCK_DUE = sa.text(
    "SELECT * FROM work_order WHERE id IN (SELECT order_id FROM due WHERE at < :before ORDER BY at "
    "LIMIT :limit) ORDER BY id FOR UPDATE SKIP LOCKED"
)
_OPEN_TO = sa.text(
    "SELECT o.* FROM work_order_part p JOIN work_order o ON o.id = p.order_id "
    "WHERE p.department = :department AND p.open ORDER BY p.offered_at, p.order_id"
)
_RESULTS = sa.text("SELECT * FROM work_order_result WHERE id = ANY(:keys)")
_STATEMENTS = sa.text("SELECT * FROM work_order_statement WHERE id = ANY(:keys)")
_CASES = sa.text("SELECT * FROM work_order_case WHERE case_id = ANY(:keys) ORDER BY case_id FOR UPDATE")
_TOLD = sa.text(
    "SELECT case_id, emitted FROM work_order_told WHERE case_id = ANY(:keys) ORDER BY case_id FOR UPDATE"
)
_COUNT = "ON CONFLICT (case_id) DO UPDATE SET emitted = EXCLUDED.emitted"
_STAYING = frozenset(
    {
        *("case_id", "number", "cycle", "redirect", "lead", "category", "kind", "urgency", "limit"),
        *("community", "grid", "designated", "sandbox", "offered_at"),
    }
)
_REMEMBER = "ON CONFLICT (case_id) DO UPDATE SET " + ", ".join(
    f'"{column.name}" = EXCLUDED."{column.name}"' for column in work_order_case.c if not column.primary_key
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
        orders = [msgspec.convert(row, WorkOrder) for row in rows]
        self._uow.store(Told).prefetch(order.case_id for order in orders)
        return {order.id: order for order in orders}

    def lock_due(self, *, before: datetime, limit: int) -> list[WorkOrder]:
        """Lock and read orders of which something fell due; those locked elsewhere are left."""
        rows = self.connection.execute(_LOCK_DUE, {"before": before, "limit": limit}).mappings()
        orders = [msgspec.convert(row, WorkOrder) for row in rows]
        self._loaded.update({order.id: order for order in orders})
        self._uow.store(Told).prefetch(order.case_id for order in orders)
        return orders

    def open_to(self, department: str) -> list[WorkOrder]:
        """Read the orders in which a department has something to do, oldest first; none is locked."""
        rows = self.connection.execute(_OPEN_TO, {"department": department}).mappings()
        moved = self._kept | self._staged
        orders = [moved.get(row["id"]) or msgspec.convert(row, WorkOrder) for row in rows]
        return [order for order in orders if is_open_to(order, department)]

    def save_many(self, changes: list[Change[UUID, WorkOrder]]) -> None:
        """Write new orders with their parts, and what has changed in known ones."""
        made = [change.new for change in changes if change.old is None]
        moved = [(change.old, change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, work_order, [_row(order) for order in made])
        bulk.insert(self.connection, work_order_part, [row for order in made for row in _parts(order)])
        changed = [{k: v for k, v in _row(new).items() if k not in _STAYING} for _, new in moved]
        bulk.update(self.connection, work_order, changed, key=("id",))
        parts = [row for old, new in moved for row in _moved_parts(old, new)]
        bulk.update(self.connection, work_order_part, parts, key=("order_id", "department"))


class Told(Store[UUID, int]):
    """How many events have been told of each case's orders, locked after the orders themselves."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, int]:
        """Read and lock the counts."""
        return {row[0]: row[1] for row in self.connection.execute(_TOLD, {"keys": keys})}

    def save_many(self, changes: list[Change[UUID, int]]) -> None:
        """Write the counts."""
        rows = [{"case_id": change.key, "emitted": change.new} for change in changes]
        bulk.insert(self.connection, work_order_told, rows, on_conflict=_COUNT)

    def next_of(self, case_id: UUID) -> int:
        """Return the next event's sequence, from 1."""
        sequence = (self.get(case_id) or 0) + 1
        self.put(case_id, sequence)
        return sequence


def _row(order: WorkOrder) -> dict[str, Any]:
    return {**columns(order), "waits": order.waits}


def _parts(order: WorkOrder) -> list[dict[str, object]]:
    return [
        {
            "order_id": order.id,
            "department": party.department,
            "part": party.part.value,
            "offered_at": order.offered_at,
            "open": is_open_to(order, party.department),
            "runs_to": due_of(order, party.department),
        }
        for party in order.parties
    ]


def _moved_parts(old: WorkOrder, new: WorkOrder) -> list[dict[str, object]]:
    """Return the rows that differ: most steps touch none."""
    return [row for row, before in zip(_parts(new), _parts(old), strict=True) if row != before]


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


class Statements(Store[UUID, Statement]):
    """The statements handed in; they never change."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Statement]:
        """Read the statements that exist."""
        rows = self.connection.execute(_STATEMENTS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Statement) for row in rows}

    def save_many(self, changes: list[Change[UUID, Statement]]) -> None:
        """Write new statements."""
        rows = [columns(change.new) for change in changes if change.old is None]
        bulk.insert(self.connection, work_order_statement, rows)


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
