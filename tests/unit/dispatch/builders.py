"""Orders, results and messages for the tests of dispatch."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from chassis.bus.inbound import Inbound
from chassis.principal import Principal
from chassis.working_calendar import Calendar
from contracts import envelope
from contracts.commands.dispatch import ContactRecord, HandInResult, HandInStatement, StatementKind
from contracts.envelope import Payload
from contracts.events.intake import (
    CaseClassified,
    CaseMerged,
    CaseReopened,
    CaseReworked,
    Classifier,
    ReopenCause,
)
from contracts.vocabulary import DeadlineReason, Evidence, Kind, MediaKind, SuspensionReason, Urgency
from services.dispatch.deadline.deadline import Clock
from services.dispatch.work_order.asking import ask_extension, ask_suspension, grant_suspension
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.handling import complete, return_order, sign
from services.dispatch.work_order.lifecycle import Step, Trigger, transition
from services.dispatch.work_order.offering import Handlers, Terms, offer, recall, remember
from services.dispatch.work_order.result import Result, hand_in
from services.dispatch.work_order.statement import Named, Statement
from services.dispatch.work_order.statement import hand_in as hand_in_statement
from services.dispatch.work_order.work_order import CaseMemory, WorkOrder
from tests.unit.chassis.calendars import MONDAY_TO_FRIDAY

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
LEAD, CO_HANDLER, STRANGER = "CGJ", "GDS", "JYJ"
NUMBER = "140303-20260302-000001"
TEXT = "灯泡与线路已更换，路灯恢复照明。"
REASON = "该路段路灯由住建局管护，不属我单位职责"
REVIEW_ON = date(2026, 3, 20)


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


def reworked(**changes: Any) -> CaseReworked:
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
        "lead": LEAD,
        "checked_by": an_id("worker"),
    }
    return CaseReworked(**{**given, **changes})


def merged(**changes: Any) -> CaseMerged:
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
        "master_id": an_id("master"),
    }
    return CaseMerged(**{**given, **changes})


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


def a_clock(now: datetime = NOW, calendar: Calendar = MONDAY_TO_FRIDAY) -> Clock:
    return Clock(now, calendar)


def an_offer(
    *,
    co_handlers: tuple[str, ...] = (CO_HANDLER,),
    designated: bool = False,
    limit: str = "5wd",
    clock: Clock | None = None,
    **changes: Any,
) -> Decided:
    row = transition(None, Trigger.FACT, Step.CASE_CLASSIFIED)
    assert row is not None
    return offer(
        classified(**changes),
        row,
        handlers=Handlers(LEAD, co_handlers, designated),
        terms=Terms(limit, DeadlineReason.INITIAL),
        clock=clock or a_clock(),
    )


def an_order(**changes: Any) -> WorkOrder:
    return an_offer(**changes).order


def a_memory(order: WorkOrder, **changes: Any) -> CaseMemory:
    """What is remembered once `order` was offered."""
    terms = Terms(order.limit, DeadlineReason.INITIAL)
    memory = remember(order, terms, None, classified())
    return msgspec.structs.replace(memory, **changes)


def a_signed_order(**changes: Any) -> WorkOrder:
    """An order with a signature and, where nothing else is said, without co-handlers."""
    order = an_order(**{"co_handlers": (), **changes})
    return sign(order, by=LEAD, now=order.offered_at).order


def a_completed_order(**changes: Any) -> WorkOrder:
    order = a_signed_order(**changes)
    result = a_result(order)
    return complete(order, result, result_sha256=result.sha256, by=LEAD, now=NOW).order


def a_returned_order(memory: CaseMemory | None = None, **changes: Any) -> WorkOrder:
    order = an_order(**changes)
    stated = a_statement(order)
    named = Named(stated.id, stated.sha256, stated)
    asked: dict[str, Any] = {"suggested": None, "suggested_is_known": False, "by": LEAD, "now": NOW}
    return return_order(order, memory or a_memory(order), named, **asked)[0].order


def a_recalled_order(**changes: Any) -> WorkOrder:
    return recall(an_order(**changes), reason=REASON, now=NOW).order


def a_suspended_order(
    *,
    asked_at: datetime = NOW,
    review_on: date = REVIEW_ON,
    calendar: Calendar = MONDAY_TO_FRIDAY,
    **changes: Any,
) -> WorkOrder:
    clock = a_clock(asked_at, calendar)
    order = suspension_asked(a_signed_order(**changes), review_on=review_on, clock=clock)
    return grant_suspension(order, review_on=review_on, clock=clock).order


def suspension_asked(
    order: WorkOrder, *, review_on: date = REVIEW_ON, clock: Clock | None = None
) -> WorkOrder:
    asked: dict[str, Any] = {"reason": SuspensionReason.SEASON, "review_on": review_on, "by": LEAD}
    return ask_suspension(order, Named(None, "", None), clock=clock or a_clock(), **asked).order


def extension_asked(order: WorkOrder, *, days: int = 2, now: datetime = NOW) -> WorkOrder:
    stated = a_statement(order, kind=StatementKind.EXTENSION)
    named = Named(stated.id, stated.sha256, stated)
    return ask_extension(order, named, days=days, by=LEAD, now=now).order


def stating(order: WorkOrder, **changes: Any) -> HandInStatement:
    given: dict[str, Any] = {
        "command_id": an_id("state"),
        "statement_id": an_id("statement"),
        "order_id": order.id,
        "kind": StatementKind.RETURN,
        "text": REASON,
        "legal_basis": "《城市照明管理规定》第三条",
    }
    return HandInStatement(**{**given, **changes})


def a_statement(order: WorkOrder, *, department: str = LEAD, **changes: Any) -> Statement:
    by = an_id("officer CGJ")
    return hand_in_statement(stating(order, **changes), department=department, by=by, now=NOW)


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
    payload: Payload | bytes,
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
    payload: Payload, department: str, message_id: UUID | None, correlation_id: str = "mine"
) -> bytes:
    subject = str(getattr(payload, "order_id", department))
    event = envelope.CloudEvent(
        id=message_id or envelope.uuid7(),
        source=f"department.{department}",
        type=payload.type,
        subject=subject,
        time=NOW,
        sequence=1,
        orderingkey=subject,
        correlationid=correlation_id,
        data=envelope.raw(payload),
    )
    return envelope.encode(event)
