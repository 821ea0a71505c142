"""What becomes of a fact: what dispatch and governance say happened. Pure; nothing here raises."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.dispatch import (
    WorkOrderCompleted,
    WorkOrderEvent,
    WorkOrderExtended,
    WorkOrderOffered,
    WorkOrderRecalled,
    WorkOrderResumed,
    WorkOrderReturned,
    WorkOrderSigned,
    WorkOrderSuspended,
)
from contracts.events.governance import ResolutionAdopted, ResolutionCertified, ResolutionDeclined
from contracts.events.intake import Closure, ReopenCause
from services.intake.case.case import (
    Case,
    Decided,
    Mover,
    Stage,
    Values,
    advance,
    next_cycle,
    note_late,
    with_documents,
)
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import By, Step, Trigger, transition

ORDER_STEPS: dict[type[WorkOrderEvent], Step] = {
    WorkOrderOffered: Step.ORDER_OFFERED,
    WorkOrderReturned: Step.ORDER_RETURNED,
    WorkOrderRecalled: Step.ORDER_RECALLED,
    WorkOrderSigned: Step.ORDER_SIGNED,
    WorkOrderExtended: Step.ORDER_EXTENDED,
    WorkOrderSuspended: Step.ORDER_SUSPENDED,
    WorkOrderResumed: Step.ORDER_RESUMED,
    WorkOrderCompleted: Step.ORDER_COMPLETED,
}
_NO_CLOCK: dict[str, object] = {"due_at": None, "due_provisional": False}


class Said(NamedTuple):
    """What a fact changes on the case, adds to its timeline and to the event."""

    changes: Values
    detail: dict[str, str]
    told: Values


def order_moved(case: Case, fact: WorkOrderEvent, *, now: datetime) -> Decided:
    """Take what dispatch says of a work order."""
    said = _order_said(case, fact)
    return _taken(case, ORDER_STEPS[type(fact)], Mover(By.DISPATCH, now), said, counts=_counts(case, fact))


def resolution_adopted(case: Case, fact: ResolutionAdopted, *, now: datetime) -> Decided:
    """Take the joint conference's resolution: it names the lead and the date of the next cycle."""
    said = Said(
        changes=next_cycle(case) | {"lead": fact.lead, "co_handlers": ()},
        detail={
            "resolution_id": str(fact.resolution_id),
            "lead": fact.lead,
            "due_on": fact.due_on.isoformat(),
        },
        told={
            "cause": ReopenCause.CONFERENCE,
            "escalation": case.escalation,
            "lead": fact.lead,
            "due_on": fact.due_on,
        },
    )
    return _taken(case, Step.RESOLUTION_ADOPTED, Mover(By.GOVERNANCE, now), said)


def resolution_declined(case: Case, fact: ResolutionDeclined, *, now: datetime) -> Decided:
    """Take the joint conference's word that the matter ends here."""
    said = Said(
        changes={"closure": Closure.CONFERENCE, "closed_at": now},
        detail={"resolution_id": str(fact.resolution_id)},
        told={"closure": Closure.CONFERENCE},
    )
    return _taken(case, Step.RESOLUTION_DECLINED, Mover(By.GOVERNANCE, now), said)


def certified_again(case: Case, fact: ResolutionCertified, *, now: datetime) -> Decided:
    """Note that a resolution whose case exists was told once more."""
    detail = {"resolution_id": str(fact.resolution_id), "meeting_id": str(fact.meeting_id)}
    return _taken(case, Step.RESOLUTION_CERTIFIED, Mover(By.GOVERNANCE, now), Said({}, detail, {}))


def _taken(case: Case, step: Step, mover: Mover, said: Said, *, counts: bool = True) -> Decided:
    row = transition(case.state, Trigger.FACT, step, Facts(by=mover.by, now=mover.now)) if counts else None
    if row is None:
        return note_late(case, mover, kind=Trigger.FACT, step=step, detail=said.detail)
    return advance(case, row, mover, changes=said.changes, detail=said.detail, told=said.told)


def _counts(case: Case, fact: WorkOrderEvent) -> bool:
    """Whether a fact is about this cycle and its order; an offer makes its order the current one."""
    return fact.cycle == case.cycle and (isinstance(fact, WorkOrderOffered) or fact.order_id == case.order_id)


def _order_said(case: Case, fact: WorkOrderEvent) -> Said:
    detail = {"order_id": str(fact.order_id), "department": fact.department}
    told: dict[str, object] = {"department": fact.department}
    match fact:
        case WorkOrderOffered():
            offered: dict[str, object] = {
                "order_id": fact.order_id,
                "lead": fact.department,
                "co_handlers": fact.co_handlers,
            }
            return Said(offered | _due(fact), detail | _due_text(fact.due_at), told)
        case WorkOrderReturned() | WorkOrderRecalled():
            return Said({"order_id": None} | _NO_CLOCK, detail, told)
        case WorkOrderExtended() | WorkOrderResumed():
            return Said(_due(fact), detail | _due_text(fact.due_at), told)
        case WorkOrderSuspended():
            review = {"review_on": fact.review_on}
            return Said(_NO_CLOCK, detail | {"review_on": fact.review_on.isoformat()}, told | review)
        case WorkOrderCompleted():
            return _completed(case, fact, detail, told)
        case _:
            return Said({}, detail, told)


def _due(fact: WorkOrderOffered | WorkOrderExtended | WorkOrderResumed) -> dict[str, object]:
    """The latest row of dispatch's ledger, mirrored."""
    return {"due_at": fact.due_at, "due_provisional": fact.provisional}


def _due_text(due_at: datetime | None) -> dict[str, str]:
    return {} if due_at is None else {"due_at": due_at.isoformat()}


def _completed(case: Case, fact: WorkOrderCompleted, detail: dict[str, str], told: dict[str, object]) -> Said:
    changes = {
        "handler_id": fact.handler_id,
        "documents": with_documents(case, fact.evidence, Stage.RESULT),
    }
    # Whether it came in time is judged by when dispatch took it, not by when it is heard of here.
    result = {
        "result_id": str(fact.result_id),
        "result_sha256": fact.result_sha256,
        "answered_at": fact.at.isoformat(),
    }
    if fact.contacted_at is not None:
        result["contacted_at"] = fact.contacted_at.isoformat()
    return Said(changes, detail | result, told)
