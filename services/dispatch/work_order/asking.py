"""延期 and 挂起: what a lead asks, what the centre decides, and the clock that follows. Pure."""

from datetime import date, datetime
from typing import Any

import msgspec

from contracts.commands.dispatch import StatementKind
from contracts.department import Change, Part
from contracts.events.dispatch import (
    WorkOrderExtended,
    WorkOrderExtensionAsked,
    WorkOrderExtensionDenied,
    WorkOrderResumed,
    WorkOrderSuspended,
    WorkOrderSuspensionAsked,
    WorkOrderSuspensionDenied,
)
from contracts.vocabulary import DeadlineReason, SuspensionReason
from services.dispatch.deadline import deadline
from services.dispatch.deadline.deadline import Clock
from services.dispatch.work_order.decided import Decided, changed, event, facts, moved, renewed
from services.dispatch.work_order.lifecycle import By, Row, Step, Trigger, transition
from services.dispatch.work_order.party import Request, RequestKind
from services.dispatch.work_order.statement import Named
from services.dispatch.work_order.work_order import WorkOrder


def ask_extension(
    order: WorkOrder,
    named: Named,
    *,
    days: int,
    by: str,
    now: datetime,
) -> Decided:
    """申请延期, once an order, whatever the answer is.

    Raises: IllegalTransition, NotTheLead, NeverExtended, AskedBefore, PastDue, DaysInvalid,
    TooManyDays, UnknownStatement, StatementDiffers.
    """
    given = facts(
        order,
        by=By.DEPARTMENT,
        now=now,
        asking=by,
        due_at=order.parties[0].term.due_at,
        days=days,
        limit_days=order.whole.days,
        statement=named.statement,
        statement_kind=StatementKind.EXTENSION,
        statement_sha256=named.sha256,
    )
    row = transition(order.state, Trigger.COMMAND, Step.ASK_EXTENSION, given)
    request = Request(kind=RequestKind.EXTENSION, asked_at=now, days=days, statement_id=named.id)
    asked = moved(order, row, request=request, extension_asked=True, denied_text=None)
    told = event(WorkOrderExtensionAsked, asked, at=now, days=days)
    return Decided(asked, told, detail={"days": str(days)})


def grant_extension(order: WorkOrder, *, clock: Clock) -> Decided:
    """准予延期: the lead has more time; the co-handlers' parts, which it needs first, are due as they were.

    Raises: IllegalTransition, NotAsked.
    """
    given = facts(order, by=By.DISPATCHER, now=clock.now)
    row = transition(order.state, Trigger.COMMAND, Step.GRANT_EXTENSION, given)
    days = (order.request and order.request.days) or 0
    parties, rows = renewed(
        order,
        clock,
        reason=DeadlineReason.EXTENSION,
        whose=lambda party: party.part is Part.LEAD,
        due_of=lambda party: deadline.put_off(party.term, order.whole, clock, days=days),
    )
    extended = moved(order, row, parties=parties, request=None)
    return Decided(
        extended,
        event(WorkOrderExtended, extended, at=clock.now, **_due(extended)),
        rows,
        changed(extended, Change.EXTENDED, extended.lead),
        detail={"days": str(days)},
    )


def deny_extension(order: WorkOrder, *, reason: str, now: datetime) -> Decided:
    """不予延期. Raises: IllegalTransition, NotAsked, TextTooShort, TextTooLong, TextUnfit."""
    denied = _denied(order, Step.DENY_EXTENSION, reason=reason, now=now)
    told = event(WorkOrderExtensionDenied, denied, at=now)
    return Decided(denied, told, messages=changed(denied, Change.EXTENSION_DENIED, denied.lead))


def ask_suspension(
    order: WorkOrder,
    named: Named,
    *,
    reason: SuspensionReason,
    review_on: date,
    by: str,
    clock: Clock,
) -> Decided:
    """申请挂起 for a reason of the closed list.

    Raises: IllegalTransition, NotTheLead, AskedBefore, ReviewInvalid, ReviewTooFar, UnknownStatement,
    StatementDiffers.
    """
    given = facts(
        order,
        by=By.DEPARTMENT,
        now=clock.now,
        asking=by,
        today=clock.today,
        review_on=review_on,
        statement=named.statement,
        statement_kind=StatementKind.SUSPENSION,
        statement_id=named.id,
        statement_sha256=named.sha256,
    )
    row = transition(order.state, Trigger.COMMAND, Step.ASK_SUSPENSION, given)
    request = Request(
        kind=RequestKind.SUSPENSION,
        asked_at=clock.now,
        reason=reason,
        review_on=review_on,
        statement_id=named.id,
    )
    asked = moved(order, row, request=request, denied_text=None)
    told = event(WorkOrderSuspensionAsked, asked, at=clock.now, reason=reason)
    return Decided(asked, told, detail={"reason": reason.value, "review_on": review_on.isoformat()})


def grant_suspension(order: WorkOrder, *, review_on: date, clock: Clock) -> Decided:
    """准予挂起: the clocks of all whose parts are open stand until `review_on` at the latest.

    Raises: IllegalTransition, NotAsked, ReviewInvalid, ReviewTooFar.
    """
    given = facts(order, by=By.DISPATCHER, now=clock.now, today=clock.today, review_on=review_on)
    row = transition(order.state, Trigger.COMMAND, Step.GRANT_SUSPENSION, given)
    parties = tuple(
        msgspec.structs.replace(party, term=deadline.stopped(party.term, order.whole, clock))
        if party.is_open
        else party
        for party in order.parties
    )
    suspended = moved(
        order,
        row,
        parties=parties,
        request=None,
        review_on=review_on,
        review_at=deadline.review_at(review_on, clock.calendar),
    )
    return Decided(
        suspended,
        event(WorkOrderSuspended, suspended, at=clock.now, review_on=review_on),
        messages=changed(suspended, Change.SUSPENDED, *_open(suspended)),
        detail={"review_on": review_on.isoformat()},
    )


def deny_suspension(order: WorkOrder, *, reason: str, now: datetime) -> Decided:
    """不予挂起. Raises: IllegalTransition, NotAsked, TextTooShort, TextTooLong, TextUnfit."""
    denied = _denied(order, Step.DENY_SUSPENSION, reason=reason, now=now)
    told = event(WorkOrderSuspensionDenied, denied, at=now)
    return Decided(denied, told, messages=changed(denied, Change.SUSPENSION_DENIED, denied.lead))


def resume(order: WorkOrder, *, clock: Clock) -> Decided:
    """恢复 by the dispatcher, before the review. Raises: IllegalTransition."""
    given = facts(order, by=By.DISPATCHER, now=clock.now)
    return _resumed(order, transition(order.state, Trigger.COMMAND, Step.RESUME, given), clock)


def review(order: WorkOrder, *, clock: Clock) -> Decided | None:
    """恢复 because the day of review has begun; None where it has not."""
    given = facts(order, by=By.SYSTEM, now=clock.now, falls_due_at=order.review_at)
    row = transition(order.state, Trigger.TIMER, Step.RESUME, given)
    return None if row is None else _resumed(order, row, clock)


def _resumed(order: WorkOrder, row: Row, clock: Clock) -> Decided:
    parties, rows = renewed(
        order,
        clock,
        reason=DeadlineReason.RESUME,
        whose=lambda party: party.is_open,
        due_of=lambda party: deadline.resumed(party.term, order.whole, clock),
    )
    resumed = moved(order, row, parties=parties, review_on=None, review_at=None)
    return Decided(
        resumed,
        event(WorkOrderResumed, resumed, at=clock.now, **_due(resumed)),
        rows,
        changed(resumed, Change.RESUMED, *_open(resumed)),
    )


def _denied(order: WorkOrder, step: Step, *, reason: str, now: datetime) -> WorkOrder:
    given = facts(order, by=By.DISPATCHER, now=now, reason=reason)
    row = transition(order.state, Trigger.COMMAND, step, given)
    return moved(order, row, request=None, denied_text=reason)


def _open(order: WorkOrder) -> tuple[str, ...]:
    return tuple(party.department for party in order.parties if party.is_open)


def _due(order: WorkOrder) -> dict[str, Any]:
    """Return the lead's due time as an event tells it."""
    term = order.parties[0].term
    return {"due_at": term.due_at, "provisional": term.provisional}
