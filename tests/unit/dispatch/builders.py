"""Orders, results and messages for the tests of dispatch."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from chassis.bus.inbound import Inbound
from chassis.principal import Principal
from contracts import envelope
from contracts.commands.dispatch import ContactRecord, HandInResult
from contracts.department import CompleteOrder, SignOrder
from contracts.events.intake import CaseClassified, CaseReopened, Classifier, ReopenCause
from contracts.vocabulary import Evidence, Kind, MediaKind, Urgency
from services.dispatch.work_order.lifecycle import Step, Trigger, transition
from services.dispatch.work_order.result import Result, hand_in
from services.dispatch.work_order.work_order import WorkOrder, complete, offer, sign

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
LEAD, CO_HANDLER, STRANGER = "CGJ", "GDS", "JYJ"
NUMBER = "140303-20260302-000001"
TEXT = "灯泡与线路已更换，路灯恢复照明。"


def an_id(name: str) -> UUID:
    return uuid5(NAMES, name)


def somebody(name: str, *roles: str, **scope: str) -> Principal:
    return Principal(subject=str(an_id(name)), roles=frozenset(roles), scope=scope)


def officer(department: str = LEAD) -> Principal:
    return somebody(f"officer {department}", "department", department=department)


def a_piece(name: str = "photo", kind: MediaKind = MediaKind.PHOTO) -> Evidence:
    return Evidence(media_id=an_id(name), sha256="ab" * 32, kind=kind)


def classified(**changes: Any) -> CaseClassified:
    given: dict[str, Any] = {
        "case_id": an_id("case"),
        "number": NUMBER,
        "community": "c01",
        "grid": "c01-g01",
        "cycle": 1,
        "reporter_id": an_id("resident"),
        "at": NOW,
        "category": "0202",
        "kind": Kind.COMPONENT,
        "urgency": Urgency.NORMAL,
        "lead": LEAD,
        "by": Classifier.RULE,
    }
    return CaseClassified(**{**given, **changes})


def reopened(**changes: Any) -> CaseReopened:
    given: dict[str, Any] = {
        "case_id": an_id("case"),
        "number": NUMBER,
        "community": "c01",
        "grid": "c01-g01",
        "cycle": 2,
        "reporter_id": an_id("resident"),
        "at": NOW,
        "category": "0202",
        "kind": Kind.COMPONENT,
        "urgency": Urgency.NORMAL,
        "cause": ReopenCause.DISSATISFIED,
        "escalation": 1,
    }
    return CaseReopened(**{**given, **changes})


def an_order(*, co_handlers: tuple[str, ...] = (CO_HANDLER,), **changes: Any) -> WorkOrder:
    row = transition(None, Trigger.FACT, Step.CASE_CLASSIFIED)
    assert row is not None
    return offer(classified(**changes), row, lead=LEAD, co_handlers=co_handlers, now=NOW)[0]


def a_signed_order(**changes: Any) -> WorkOrder:
    return sign(an_order(**changes), by=LEAD, now=NOW)[0]


def a_completed_order(**changes: Any) -> WorkOrder:
    order = a_signed_order(**changes)
    result = a_result(order)
    return complete(order, result, result_sha256=result.sha256, by=LEAD, now=NOW)[0]


def handing_in(order: WorkOrder, **changes: Any) -> HandInResult:
    given: dict[str, Any] = {
        "command_id": an_id("hand in"),
        "result_id": an_id("result"),
        "order_id": order.id,
        "text": TEXT,
        "contact": ContactRecord(at=NOW, channel="phone", note="已告知"),
        "evidence": (a_piece(),),
    }
    return HandInResult(**{**given, **changes})


def a_result(order: WorkOrder, *, department: str = LEAD, **changes: Any) -> Result:
    by = an_id("officer CGJ")
    return hand_in(handing_in(order, **changes), department=department, by=by, now=NOW)


def said(
    payload: SignOrder | CompleteOrder | bytes,
    *,
    department: str = LEAD,
    message_id: UUID | None = None,
    **changes: Any,
) -> Inbound:
    """A department's message as the broker hands it over."""
    body = payload if isinstance(payload, bytes) else an_envelope(payload, department, message_id)
    given: dict[str, Any] = {
        "body": body,
        "queue": "dispatch.replies",
        "routing_key": department,
        "headers": {},
        "user_id": f"department.{department}",
    }
    return Inbound(**{**given, **changes})


def an_envelope(
    payload: SignOrder | CompleteOrder, department: str, message_id: UUID | None, correlation_id: str = "mine"
) -> bytes:
    event = envelope.CloudEvent(
        id=message_id or envelope.uuid7(),
        source=f"department.{department}",
        type=payload.type,
        subject=str(payload.order_id),
        time=NOW,
        sequence=1,
        orderingkey=str(payload.order_id),
        correlationid=correlation_id,
        data=envelope.raw(payload),
    )
    return envelope.encode(event)
