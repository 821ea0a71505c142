"""Who sees which order, and how much of it. Pure."""

import msgspec

from chassis.principal import Principal
from contracts.commands.orders import EndingView, OrderView, PartView, RequestView
from contracts.vocabulary import Role
from services.dispatch.responsibility.matrix import SANDBOX
from services.dispatch.work_order.callers import person
from services.dispatch.work_order.decided import due_of
from services.dispatch.work_order.party import Party
from services.dispatch.work_order.reads import Found
from services.dispatch.work_order.work_order import WorkOrder

SEES_DISTRICT = (Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)
_SEES_COMMUNITY = (Role.CLERK, Role.COMMITTEE)


def may_see(principal: Principal, found: Found) -> bool:
    """Return whether somebody may see an order: its departments, its place's staff, its reporter."""
    order, scope = found.order, principal.scope
    if order.sandbox:
        return principal.has(Role.DISPATCHER) or department_in(principal, order) == SANDBOX
    return (
        principal.has(*SEES_DISTRICT)
        or (principal.has(*_SEES_COMMUNITY) and scope.get("community") == order.community)
        or (principal.has(Role.GRID_WORKER) and scope.get("grid") == order.grid)
        or department_in(principal, order) is not None
        or (found.reporter_id is not None and person(principal) == found.reporter_id)
    )


def department_in(principal: Principal, order: WorkOrder) -> str | None:
    """Return the caller's department where it has a part in the order."""
    code = principal.scope.get("department") if principal.has(Role.DEPARTMENT) else None
    return code if code in order.departments else None


def sees_party(principal: Principal, order: WorkOrder, party: str) -> bool:
    """Return whether somebody who sees an order sees a party's part: a co-handler its own alone."""
    own = department_in(principal, order)
    return own in (None, order.lead, party) or principal.has(*SEES_DISTRICT)


def view_for(principal: Principal, found: Found) -> OrderView:
    """Return an order as the caller sees it.

    What the lead stated and what the centre answered is for these two.
    """
    order = found.order
    own = department_in(principal, order)
    inside = own == order.lead or principal.has(*SEES_DISTRICT)
    party = order.party(own or order.lead) or order.parties[0]
    parts = [each for each in order.parties if sees_party(principal, order, each.department)]
    return msgspec.structs.replace(
        _for_everybody(found),
        due_at=due_of(order, party.department),
        provisional=party.term.provisional,
        card=party.term.card,
        parts=tuple(_part(order, each, found) for each in parts),
        asked=_request(found) if inside else None,
        denied_text=order.denied_text if inside else None,
        ending=_ending(found) if inside else None,
    )


def _for_everybody(found: Found) -> OrderView:
    """Return what all who see an order see of it."""
    order, papers = found.order, found.papers
    return OrderView(
        order_id=order.id,
        case_id=order.case_id,
        number=order.number,
        cycle=order.cycle,
        state=order.state.value,
        department=order.lead,
        co_handlers=order.co_handlers,
        category=order.category,
        kind=order.kind.value,
        urgency=order.urgency.value,
        community=order.community,
        grid=order.grid,
        offered_at=order.offered_at,
        signed_at=order.signed_at,
        completed_at=order.completed_at,
        result_id=order.result_id,
        result_text=papers.result_text,
        evidence=papers.evidence,
        version=order.version,
        review_on=order.review_on,
        designated=order.designated,
        again=order.again,
        sandbox=order.sandbox,
    )


def _part(order: WorkOrder, party: Party, found: Found) -> PartView:
    result = found.papers.parts.get(party.result_id) if party.result_id else None
    return PartView(
        department=party.department,
        part=party.part.value,
        state=party.state.value,
        due_at=due_of(order, party.department),
        provisional=party.term.provisional,
        card=party.term.card,
        result_id=party.result_id,
        result_text=result.text if result else None,
        evidence=result.evidence if result else (),
    )


def _request(found: Found) -> RequestView | None:
    request = found.order.request
    if request is None:
        return None
    return RequestView(
        kind=request.kind.value,
        asked_at=request.asked_at,
        days=request.days,
        text=found.papers.asked_text,
        reason=request.reason and request.reason.value,
        review_on=request.review_on,
    )


def _ending(found: Found) -> EndingView | None:
    ending = found.order.ending
    if ending is None:
        return None
    return EndingView(
        at=ending.at,
        text=found.papers.ending_text or ending.text,
        legal_basis=found.papers.legal_basis,
        suggested=ending.suggested,
    )
