"""What comes over our queue: CloudEvents 1.0 in structured JSON, read without the cell's code.

Unknown fields and unknown types are tolerated; the wire types are those of `docs/api/asyncapi.json`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qiaotou_department.errors import MalformedMessage

CONTENT_TYPE = "application/cloudevents+json"
OFFERED = "department.order.offered.v1"
CHANGED = "department.order.changed.v1"
ACCEPTED = "department.reply.accepted.v1"
REFUSED = "department.reply.refused.v1"
RESTORED = "department.cell.restored.v1"

LEAD, CO_HANDLER = "lead", "co_handler"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An order for us, as the bus tells it: no free text. `part` is lead 主办 or co_handler 协办.

    `due_at` is our own due time, aware; `provisional` where a year of it has no published calendar.
    A `designated` order 指定主办 cannot be returned. `again` counts how often it was delivered
    before; `state` is another than `offered` where we asked for our open orders again.
    """

    order_id: UUID
    case_id: UUID
    number: str
    cycle: int
    part: str
    category: str
    kind: str
    urgency: str
    community: str
    grid: str
    offered_at: datetime
    correlation_id: str
    due_at: datetime | None = None
    provisional: bool = False
    designated: bool = False
    again: int = 0
    state: str = "offered"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the district centre has decided about an order of ours; `change` says what, e.g. `extended`.

    `state` and `due_at` are the order's now; `review_on` is until when a suspension lasts at most.
    """

    order_id: UUID
    case_id: UUID
    number: str
    change: str
    state: str
    due_at: datetime | None = None
    review_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The cell's word on a message of ours. `code` is None where it was accepted.

    `open_orders` is the answer to a reconcile: how many orders follow.
    """

    in_reply_to: UUID
    order_id: UUID | None
    state: str | None = None
    code: str | None = None
    open_orders: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether the step was carried out."""
        return self.code is None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The cell went back to a backup: what was said either way since is unknown to it, and `epoch` began.

    Everything up to `known_until` is known there; None where the cell could not tell. Our open orders
    follow as they stand in it.
    """

    epoch: int
    known_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message of ours, ready to be published. The same step always has the same id."""

    id: UUID
    type: str
    ordering_key: str
    body: bytes


Heard = Offer | Change | Answer | Restored


def read(body: bytes) -> Heard | None:
    """Read a message from our queue; None where its type is unknown. Raises: MalformedMessage."""
    try:
        event = json.loads(body)
        reader = _READERS.get(event["type"])
        return None if reader is None else reader(event["data"], event)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedMessage(f"{type(error).__name__}: {error}") from error


def offer_of(order: Mapping[str, Any], *, department: str, correlation_id: str) -> Offer:
    """Return an order that was read over HTTP as it would have come over the bus."""
    part = LEAD if order["department"] == department else CO_HANDLER
    return _offer({**order, "part": part}, {"correlationid": correlation_id})


def _offer(data: Mapping[str, Any], event: Mapping[str, Any]) -> Offer:
    return Offer(
        order_id=UUID(data["order_id"]),
        case_id=UUID(data["case_id"]),
        number=data["number"],
        cycle=int(data["cycle"]),
        part=data["part"],
        category=data["category"],
        kind=data["kind"],
        urgency=data["urgency"],
        community=data["community"],
        grid=data["grid"],
        offered_at=datetime.fromisoformat(data["offered_at"]),
        correlation_id=event["correlationid"],
        due_at=_moment(data.get("due_at")),
        provisional=bool(data.get("provisional", False)),
        designated=bool(data.get("designated", False)),
        again=int(data.get("again", 0)),
        state=data.get("state", "offered"),
    )


def _changed(data: Mapping[str, Any], _: Mapping[str, Any]) -> Change:
    review_on = data.get("review_on")
    return Change(
        order_id=UUID(data["order_id"]),
        case_id=UUID(data["case_id"]),
        number=data["number"],
        change=data["change"],
        state=data["state"],
        due_at=_moment(data.get("due_at")),
        review_on=None if review_on is None else date.fromisoformat(review_on),
    )


def _accepted(data: Mapping[str, Any], _: Mapping[str, Any]) -> Answer:
    return Answer(
        in_reply_to=UUID(data["in_reply_to"]),
        order_id=_id(data.get("order_id")),
        state=data["state"],
        open_orders=data.get("open_orders"),
    )


def _refused(data: Mapping[str, Any], _: Mapping[str, Any]) -> Answer:
    return Answer(
        in_reply_to=UUID(data["in_reply_to"]), order_id=_id(data.get("order_id")), code=str(data["code"])
    )


def _restored(data: Mapping[str, Any], _: Mapping[str, Any]) -> Restored:
    return Restored(epoch=int(data["epoch"]), known_until=_moment(data.get("known_until")))


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


_READERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Heard]] = {
    OFFERED: _offer,
    CHANGED: _changed,
    ACCEPTED: _accepted,
    REFUSED: _refused,
    RESTORED: _restored,
}
