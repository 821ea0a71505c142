"""What crosses the bus: CloudEvents 1.0 in structured JSON, read and written without the cell's code.

Unknown fields and unknown types are tolerated; the wire types are those of `docs/api/asyncapi.json`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from qiaotou_department.errors import MalformedMessage

CONTENT_TYPE = "application/cloudevents+json"
OFFERED = "department.order.offered.v1"
ACCEPTED = "department.reply.accepted.v1"
REFUSED = "department.reply.refused.v1"
SIGN = "department.order.sign.v1"
COMPLETE = "department.order.complete.v1"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An order for us, as the bus tells it: no free text. `part` is lead 主办 or co_handler 协办."""

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


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The cell's word on a message of ours. `code` is None where it was accepted."""

    in_reply_to: UUID
    order_id: UUID | None
    state: str | None = None
    code: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the step was carried out."""
        return self.code is None


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message of ours, ready to be published. The same step always has the same id."""

    id: UUID
    type: str
    ordering_key: str
    body: bytes


def read(body: bytes) -> Offer | Answer | None:
    """Read a message from our queue; None where its type is unknown. Raises: MalformedMessage."""
    try:
        event = json.loads(body)
        reader = _READERS.get(event["type"])
        return None if reader is None else reader(event["data"], event)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedMessage(f"{type(error).__name__}: {error}") from error


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
    )


def _accepted(data: Mapping[str, Any], _: Mapping[str, Any]) -> Answer:
    return Answer(in_reply_to=UUID(data["in_reply_to"]), order_id=UUID(data["order_id"]), state=data["state"])


def _refused(data: Mapping[str, Any], _: Mapping[str, Any]) -> Answer:
    order_id = data.get("order_id")
    return Answer(
        in_reply_to=UUID(data["in_reply_to"]),
        order_id=None if order_id is None else UUID(order_id),
        code=str(data["code"]),
    )


_READERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Offer | Answer]] = {
    OFFERED: _offer,
    ACCEPTED: _accepted,
    REFUSED: _refused,
}


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What every message about one order says of itself."""

    source: str
    order_id: UUID
    case_id: UUID
    correlation_id: str

    def sign(self) -> Message:
        """签收: we take this order on."""
        return self._message(SIGN, step="sign", sequence=1, fields={})

    def complete(self, *, result_id: UUID, sha256: str) -> Message:
        """办结: the result that was handed in. Another result is another attempt, with another id."""
        fields = {"result_id": str(result_id), "result_sha256": sha256}
        return self._message(COMPLETE, step=f"complete:{result_id}", sequence=2, fields=fields)

    def _message(self, kind: str, *, step: str, sequence: int, fields: dict[str, str]) -> Message:
        identifier = uuid5(self.order_id, step)
        event = {
            "specversion": "1.0",
            "id": str(identifier),
            "source": self.source,
            "type": kind,
            "subject": str(self.order_id),
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "sequence": sequence,
            "orderingkey": str(self.case_id),
            "correlationid": self.correlation_id,
            "data": {"order_id": str(self.order_id), **fields},
        }
        return Message(
            id=identifier, type=kind, ordering_key=str(self.case_id), body=json.dumps(event).encode()
        )
