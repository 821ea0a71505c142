"""Reading work orders for views: the SQL of the queries. Nothing is locked."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from contracts.commands.dispatch import OrderView
from services.dispatch.work_order.lifecycle import State

_VIEW = """
SELECT o.id AS order_id, o.case_id, o.number, o.cycle, o.state, o.lead AS department, o.co_handlers,
       o.category, o.kind, o.urgency, o.community, o.grid, o.offered_at, o.signed_at, o.completed_at,
       o.result_id, r.text AS result_text, coalesce(r.evidence, '[]') AS evidence, o.version,
       c.reporter_id
FROM work_order o
LEFT JOIN work_order_result r ON r.id = o.result_id
LEFT JOIN work_order_case c ON c.case_id = o.case_id
"""
_ORDER = sa.text(f"{_VIEW} WHERE o.id = :order_id")
_OF_CASE = sa.text(f"{_VIEW} WHERE o.case_id = :case_id ORDER BY o.cycle DESC, o.offered_at DESC")
_OPEN = sa.text("SELECT state, count(*) AS number FROM work_order WHERE completed_at IS NULL GROUP BY state")


class Place(NamedTuple):
    """Where a page ends: newest first, so the next one is before it."""

    offered_at: datetime
    order_id: UUID


class Wanted(NamedTuple):
    """Which orders are asked for; None asks for all."""

    department: str | None
    state: State | None
    before: Place | None
    limit: int


class Found(NamedTuple):
    """An order to show, and who reported its case, which is never shown."""

    view: OrderView
    reporter_id: UUID | None


def order(connection: Connection, order_id: UUID) -> Found | None:
    """Return one order, None where there is none."""
    row = connection.execute(_ORDER, {"order_id": order_id}).mappings().first()
    return None if row is None else _found(row)


def of_case(connection: Connection, case_id: UUID) -> list[Found]:
    """Return a case's orders, newest first."""
    return [_found(row) for row in connection.execute(_OF_CASE, {"case_id": case_id}).mappings()]


def page(connection: Connection, wanted: Wanted) -> list[Found]:
    """Return one order more than wanted, newest first: the one more tells that there is a next page."""
    joins, key, conditions = "", "o.offered_at, o.id", []
    if wanted.department is not None:
        # The part has the order's time and id, in an index of its own.
        joins, key = "JOIN work_order_part p ON p.order_id = o.id", "p.offered_at, p.order_id"
        conditions.append("p.department = :department")
    if wanted.state is not None:
        conditions.append("o.state = :state")
    if wanted.before is not None:
        conditions.append(f"({key}) < (:offered_at, :order_id)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    newest = ", ".join(f"{column} DESC" for column in key.split(", "))
    statement = sa.text(f"{_VIEW} {joins} {where} ORDER BY {newest} LIMIT :limit")
    return [_found(row) for row in connection.execute(statement, _parameters(wanted)).mappings()]


def count_open(connection: Connection) -> dict[str, int]:
    """Return how many orders are in each state but the completed."""
    return {row.state: row.number for row in connection.execute(_OPEN)}


def _parameters(wanted: Wanted) -> dict[str, object]:
    given = {"department": wanted.department, "state": wanted.state and wanted.state.value}
    place = {} if wanted.before is None else wanted.before._asdict()
    named = {name: value for name, value in {**given, **place}.items() if value is not None}
    return {**named, "limit": wanted.limit + 1}


def _found(row: RowMapping) -> Found:
    return Found(msgspec.convert(row, OrderView), row["reporter_id"])
