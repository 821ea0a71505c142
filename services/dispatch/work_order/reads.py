"""Reading work orders for views: the SQL of the queries. Nothing is locked."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from contracts.vocabulary import Evidence
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.party import Waiting
from services.dispatch.work_order.work_order import WorkOrder

_VIEW = """
SELECT o.*, c.reporter_id, r.text AS result_text, coalesce(r.evidence, '[]') AS evidence,
       asked.text AS asked_text, ended.text AS ending_text, ended.legal_basis, coalesce((
           SELECT jsonb_object_agg(own.id, jsonb_build_object('text', own.text, 'evidence', own.evidence))
           FROM jsonb_to_recordset(o.parties) AS party(result_id uuid)
           JOIN work_order_result own ON own.id = party.result_id
       ), '{}') AS parts
FROM work_order o
LEFT JOIN work_order_result r ON r.id = o.result_id
LEFT JOIN work_order_case c ON c.case_id = o.case_id
LEFT JOIN work_order_statement asked ON asked.id = (o.request ->> 'statement_id')::uuid
LEFT JOIN work_order_statement ended ON ended.id = (o.ending ->> 'statement_id')::uuid
"""
_ORDER = sa.text(f"{_VIEW} WHERE o.id = :order_id")
_OF_CASE = sa.text(f"{_VIEW} WHERE o.case_id = :case_id ORDER BY o.cycle DESC, o.redirect DESC")
_OPEN = sa.text(
    "SELECT state, count(*) AS number FROM work_order WHERE ended_at IS NULL AND NOT sandbox GROUP BY state"
)
_WAITING = sa.text("SELECT waits, count(*) AS number FROM work_order WHERE waits IS NOT NULL GROUP BY waits")


class Place(NamedTuple):
    """Where a page ends, and so where the next one begins."""

    offered_at: datetime
    order_id: UUID


class Wanted(NamedTuple):
    """Which orders are asked for; None asks for all.

    `due_before` and `overdue` look at the running clock of `department`, else of any party;
    `drills` adds the sandbox's orders.
    """

    department: str | None
    state: State | None
    waiting: Waiting | None
    overdue: bool
    due_before: datetime | None
    drills: bool
    oldest_first: bool
    after: Place | None
    limit: int


class PartResult(msgspec.Struct, frozen=True):
    """What a co-handler has done."""

    text: str
    evidence: tuple[Evidence, ...]


class Papers(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in for an order and counts now."""

    result_text: str | None
    evidence: tuple[Evidence, ...]
    asked_text: str | None
    ending_text: str | None
    legal_basis: str | None
    parts: dict[UUID, PartResult]


class Found(NamedTuple):
    """An order to show, its papers, and who reported its case, which is never shown."""

    order: WorkOrder
    papers: Papers
    reporter_id: UUID | None


def order(connection: Connection, order_id: UUID) -> Found | None:
    """Return one order, None where there is none."""
    row = connection.execute(_ORDER, {"order_id": order_id}).mappings().first()
    return None if row is None else _found(row)


def of_case(connection: Connection, case_id: UUID) -> list[Found]:
    """Return a case's orders, newest first."""
    return [_found(row) for row in connection.execute(_OF_CASE, {"case_id": case_id}).mappings()]


def page(connection: Connection, wanted: Wanted) -> list[Found]:
    """Return one order more than wanted, sorted: the one more tells that there is a next page."""
    joins, key = "", "o.offered_at, o.id"
    if wanted.department is not None:
        # The part has the order's time and id, in an index of its own.
        joins, key = "JOIN work_order_part p ON p.order_id = o.id", "p.offered_at, p.order_id"
    conditions = [*_conditions(wanted)]
    if wanted.after is not None:
        conditions.append(f"({key}) {'>' if wanted.oldest_first else '<'} (:offered_at, :order_id)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    direction = "ASC" if wanted.oldest_first else "DESC"
    sorting = ", ".join(f"{column} {direction}" for column in key.split(", "))
    statement = sa.text(f"{_VIEW} {joins} {where} ORDER BY {sorting} LIMIT :limit")
    return [_found(row) for row in connection.execute(statement, _parameters(wanted)).mappings()]


def count_open(connection: Connection) -> dict[str, int]:
    """Return how many orders are in each state that is not an end."""
    return {row.state: row.number for row in connection.execute(_OPEN)}


def count_waiting(connection: Connection) -> dict[str, int]:
    """Return how many orders wait for each thing at the dispatcher's desk."""
    return {row.waits: row.number for row in connection.execute(_WAITING)}


def _conditions(wanted: Wanted) -> list[str]:
    chosen = {
        "p.department = :department": wanted.department is not None,
        "o.state = :state": wanted.state is not None,
        "o.waits = :waiting": wanted.waiting is not None,
        "NOT o.sandbox": not wanted.drills,
        _running("(SELECT cell_now())", wanted): wanted.overdue,
        _running(":due_before", wanted): wanted.due_before is not None,
    }
    return [condition for condition, is_wanted in chosen.items() if is_wanted]


def _running(to: str, wanted: Wanted) -> str:
    if wanted.department is not None:
        return f"p.runs_to < {to}"
    return f"o.id IN (SELECT order_id FROM work_order_part WHERE runs_to < {to})"  # noqa: S608 - our own words


def _parameters(wanted: Wanted) -> dict[str, Any]:
    given = {
        "department": wanted.department,
        "state": wanted.state and wanted.state.value,
        "waiting": wanted.waiting and wanted.waiting.value,
        "due_before": wanted.due_before,
        **({} if wanted.after is None else wanted.after._asdict()),
    }
    return {name: value for name, value in given.items() if value is not None} | {"limit": wanted.limit + 1}


def _found(row: RowMapping) -> Found:
    return Found(msgspec.convert(row, WorkOrder), msgspec.convert(row, Papers), row["reporter_id"])
