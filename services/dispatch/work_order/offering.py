"""派遣 an order, offer it again, redirect it, take it back: decisions of intake and the centre. Pure."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.working_time import Due, Limit
from contracts.department import Change, Part
from contracts.events.dispatch import WorkOrderOffered, WorkOrderOfferedAgain, WorkOrderRecalled
from contracts.events.intake import AcceptedCaseEvent
from contracts.vocabulary import DeadlineReason
from services.dispatch.deadline.deadline import Clock, afresh, granted, sign_by
from services.dispatch.work_order.decided import Decided, changed, event, facts, grant, moved, offered
from services.dispatch.work_order.lifecycle import By, Row, Step, Trigger, transition
from services.dispatch.work_order.party import Ending, Party
from services.dispatch.work_order.work_order import CaseMemory, WorkOrder, order_id_of

RETURNS_BEFORE_DESIGNATION = 2


class Terms(NamedTuple):
    """What a cycle's departments are given: the case's limit, why, and a date that somebody named."""

    limit: str
    reason: DeadlineReason
    due_on: date | None = None

    def due(self, clock: Clock) -> Due:
        """Return the end, counted afresh: of half the limit where the cycle is a rework."""
        whole = Limit.parse(self.limit)
        given = whole.half() if self.reason is DeadlineReason.REWORK else whole
        return afresh(given, clock, due_on=self.due_on)


class Handlers(NamedTuple):
    """Who handles a cycle. `designated` bars returning it."""

    lead: str
    co_handlers: tuple[str, ...] = ()
    designated: bool = False


def offer(
    case: AcceptedCaseEvent,
    row: Row,
    *,
    handlers: Handlers,
    terms: Terms,
    clock: Clock,
    sandbox_id: UUID | None = None,
) -> Decided:
    """派遣: return the new order that `row` makes of a case's new cycle; a test order under its own id."""
    due = terms.due(clock)
    parties = parties_of(handlers, terms, due=due, clock=clock)
    order = new_order(
        case,
        row,
        handlers=handlers,
        parties=parties,
        limit=terms.limit,
        clock=clock,
        sandbox_id=sandbox_id,
    )
    return told(order, parties, due=due, reason=terms.reason, clock=clock)


def remember(order: WorkOrder, terms: Terms, last: CaseMemory | None, case: AcceptedCaseEvent) -> CaseMemory:
    """Return what is to be known of a case whose new cycle has begun with `order`."""
    return CaseMemory(
        case_id=order.case_id,
        reporter_id=case.reporter_id,
        number=order.number,
        category=order.category,
        community=order.community,
        grid=order.grid,
        limit=order.limit,
        cycle=order.cycle,
        order_id=order.id,
        redirects=0,
        lead=order.lead,
        co_handlers=order.co_handlers,
        reason=terms.reason,
        due_on=terms.due_on,
        designated=order.designated,
        returned_by=last.returned_by if last else (),
        merged=last is not None and last.merged,
    )


def offer_again(order: WorkOrder, clock: Clock) -> Decided | None:
    """催签: deliver once more what was not signed in time; None where it is not the time."""
    given = facts(order, by=By.SYSTEM, now=clock.now, falls_due_at=order.again_at)
    row = transition(order.state, Trigger.TIMER, Step.OFFER_AGAIN, given)
    if row is None:
        return None
    again = moved(order, row, again=order.again + 1, again_at=sign_by(order.urgency, clock))
    return Decided(
        again,
        event(WorkOrderOfferedAgain, again, at=clock.now, again=again.again),
        messages=(offered(again, again.lead),),
    )


class Redirected(NamedTuple):
    """The order that goes, which asks for nothing more, and the one that comes."""

    old: WorkOrder
    new: Decided
    memory: CaseMemory


def redirect(order: WorkOrder, memory: CaseMemory, *, to: str, is_known: bool, clock: Clock) -> Redirected:
    """改派: offer a returned or recalled order's task to the department `to`.

    The new department has the whole limit: it did not have the time that another one used. How long
    the case takes is measured on the case. After the second return the order is designated. Parts
    that were done or excused stay so.

    Raises: IllegalTransition, CaseIsMerged, NotCurrent, UnknownDepartment.
    """
    given = facts(
        order,
        by=By.DISPATCHER,
        now=clock.now,
        named=to,
        named_is_known=is_known,
        is_current=memory.order_id == order.id,
        is_merged=memory.merged,
    )
    row = transition(order.state, Trigger.COMMAND, Step.REDIRECT, given)
    handlers = Handlers(to, order.co_handlers, len(memory.returned_by) >= RETURNS_BEFORE_DESIGNATION)
    terms = Terms(memory.limit, memory.reason, memory.due_on)
    due = terms.due(clock)
    parties = _as_they_stood(order, parties_of(handlers, terms, due=due, clock=clock))
    new = new_order(
        order,
        row,
        handlers=handlers,
        parties=parties,
        limit=terms.limit,
        clock=clock,
        redirect=memory.redirects + 1,
    )
    concerned = tuple(party for party in parties if party.is_open)
    return Redirected(
        old=asks_for_nothing(order),
        new=told(new, concerned, due=due, reason=terms.reason, clock=clock),
        memory=_remember_redirect(memory, new),
    )


def asks_for_nothing(order: WorkOrder) -> WorkOrder:
    """Take a returned or recalled order off the dispatcher's desk."""
    return msgspec.structs.replace(order, followed=True)


def recall(order: WorkOrder, *, reason: str, now: datetime) -> Decided:
    """收回 by the dispatcher. Raises: IllegalTransition, TextTooShort, TextTooLong, TextUnfit."""
    given = facts(order, by=By.DISPATCHER, now=now, reason=reason)
    row = transition(order.state, Trigger.COMMAND, Step.RECALL, given)
    return _recalled(order, row, text=reason, followed=False, now=now)


def case_merged(order: WorkOrder, *, now: datetime) -> Decided | None:
    """并案: take the order back; None where that is late."""
    row = transition(order.state, Trigger.FACT, Step.CASE_MERGED)
    return None if row is None else _recalled(order, row, text=None, followed=True, now=now)


def _recalled(order: WorkOrder, row: Row, *, text: str | None, followed: bool, now: datetime) -> Decided:
    ended = moved(
        order,
        row,
        ended_at=order.ended_at or now,
        followed=followed,
        request=None,
        review_on=None,
        review_at=None,
        ending=Ending(at=now, text=text),
    )
    return Decided(
        ended,
        event(WorkOrderRecalled, ended, at=now),
        messages=changed(ended, Change.RECALLED, *ended.departments),
    )


def parties_of(handlers: Handlers, terms: Terms, *, due: Due, clock: Clock) -> tuple[Party, ...]:
    """Return the lead and then the co-handlers, each named once."""
    term = granted(due, Limit.parse(terms.limit), clock)
    lead = Party(department=handlers.lead, part=Part.LEAD, term=term)
    others = sorted(set(handlers.co_handlers) - {handlers.lead})
    return (lead, *(Party(department=code, part=Part.CO_HANDLER, term=term) for code in others))


def new_order(
    of: AcceptedCaseEvent | WorkOrder,
    row: Row,
    *,
    handlers: Handlers,
    parties: tuple[Party, ...],
    limit: str,
    clock: Clock,
    redirect: int = 0,
    sandbox_id: UUID | None = None,
) -> WorkOrder:
    """Return the order that `row` makes of a case's cycle, or of the order before in it."""
    return WorkOrder(
        id=sandbox_id or order_id_of(of.case_id, of.cycle, redirect),
        case_id=of.case_id,
        number=of.number,
        cycle=of.cycle,
        redirect=redirect,
        state=row.target,
        lead=handlers.lead,
        parties=parties,
        category=of.category,
        kind=of.kind,
        urgency=of.urgency,
        limit=limit,
        community=of.community,
        grid=of.grid,
        designated=handlers.designated,
        sandbox=sandbox_id is not None,
        offered_at=clock.now,
        again_at=sign_by(of.urgency, clock),
        emitted=0 if sandbox_id is not None else 1,
        version=1,
    )


def _remember_redirect(memory: CaseMemory, order: WorkOrder) -> CaseMemory:
    return msgspec.structs.replace(
        memory,
        order_id=order.id,
        redirects=order.redirect,
        lead=order.lead,
        co_handlers=order.co_handlers,
        designated=order.designated,
    )


def told(
    order: WorkOrder, concerned: tuple[Party, ...], *, due: Due, reason: DeadlineReason, clock: Clock
) -> Decided:
    """Return a new order with the ledger's rows of those `concerned`, and what they are told."""
    events = event(
        WorkOrderOffered,
        order,
        at=clock.now,
        co_handlers=order.co_handlers,
        due_at=due.at,
        provisional=due.provisional,
        designated=order.designated,
    )
    return Decided(
        order,
        events,
        deadlines=tuple(grant(order, party, due=due, reason=reason, clock=clock) for party in concerned),
        messages=tuple(offered(order, party.department) for party in concerned),
    )


def _as_they_stood(order: WorkOrder, parties: tuple[Party, ...]) -> tuple[Party, ...]:
    """Keep the parts that were done or excused in the order before; the lead begins anew."""
    settled = {party.department: party for party in order.parties if not party.is_open}
    lead, *others = parties
    return (lead, *(settled.get(party.department, party) for party in others))
