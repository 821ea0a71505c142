"""Events of one street lamp's case, and the people whom it concerns."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.events import dispatch, intake
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.intake import CaseEvent
from contracts.vocabulary import Card, Kind, LawfulChannel, RefusalReason, Role, SuspensionReason, Urgency
from services.notify.message.circle import Circle
from services.notify.message.message import Note, notes
from services.notify.message.rules import RULES, Told
from services.notify.reference.relations import Relation

CASE = UUID(int=100)
ORDER = UUID(int=101)
MASTER = UUID(int=102)
NUMBER = "140303-20120618-000123"
AT = datetime(2012, 6, 18, 1, 2, 3, tzinfo=UTC)

REPORTER, WORKER, CLERK, OTHER_CLERK = (UUID(int=i) for i in range(1, 5))
DISPATCHER, ARCHIVIST, OFFICER, CO_OFFICER = (UUID(int=i) for i in range(5, 9))
SUPPORTER = UUID(int=9)
CIRCLE = Circle(REPORTER, (SUPPORTER,))

DISTRICT: dict[Relation, tuple[UUID, ...]] = {
    Relation(Role.GRID_WORKER, "c01-g01"): (WORKER,),
    Relation(Role.CLERK, "c01"): (CLERK, OTHER_CLERK),
    Relation(Role.DISPATCHER): (DISPATCHER,),
    Relation(Role.ARCHIVIST): (ARCHIVIST,),
    Relation(Role.DEPARTMENT, "CGJ"): (OFFICER,),
    Relation(Role.DEPARTMENT, "GDS"): (CO_OFFICER,),
    Relation(Role.GRID_WORKER, "c02-g01"): (UUID(int=90),),
    Relation(Role.CLERK, "c02"): (UUID(int=91),),
    Relation(Role.DEPARTMENT, "ZJJ"): (UUID(int=92),),
}

_PLACE: dict[str, Any] = {
    "number": NUMBER,
    "community": "c01",
    "grid": "c01-g01",
    "cycle": 1,
    "case_id": CASE,
    "at": AT,
}
_LAMP: dict[str, Any] = {"category": "0202", "kind": Kind.COMPONENT, "urgency": Urgency.NORMAL}
_MORE: dict[type[Any], dict[str, Any]] = {
    intake.CaseReported: {"channel": "app", "reported_by": "resident", "occurred_at": AT},
    intake.CaseReporterAsked: {"due_at": AT},
    intake.CaseCancelled: {"cause": intake.CancelCause.WITHDRAWN},
    intake.CaseMerged: {"master_id": MASTER},
    intake.CaseRefused: {"reason": RefusalReason.IN_COURT, "channel": LawfulChannel.COURT},
    intake.CaseReminded: {"state": "answered", "waits_for": "grid_worker", "card": Card.YELLOW, "due_at": AT},
    intake.CaseSettled: {
        "closure": intake.Closure.SELF,
        "channel": "app",
        "reported_by": "grid_worker",
        "occurred_at": AT,
    },
    intake.CaseReworked: {"lead": "CGJ", "checked_by": WORKER},
    intake.CaseClassified: {"lead": "CGJ", "by": intake.Classifier.RULE},
    intake.CaseStarted: {"department": "CGJ"},
    intake.CaseStopped: {"department": "CGJ"},
    intake.CaseSuspended: {"department": "CGJ", "review_on": date(2012, 7, 1)},
    intake.CaseResumed: {"department": "CGJ"},
    intake.CaseAnswered: {"department": "CGJ"},
    intake.CaseChecked: {"checked_by": WORKER},
    intake.CaseReopened: {"cause": intake.ReopenCause.DISSATISFIED, "escalation": 1},
    intake.CaseEscalated: {"escalation": 3},
    intake.CaseClosed: {"closure": intake.Closure.SATISFIED},
    intake.CaseArchived: {"seal": "0" * 64},
    dispatch.WorkOrderOffered: {"co_handlers": ("GDS",)},
    dispatch.WorkOrderOfferedAgain: {"again": 1},
    dispatch.WorkOrderExtensionAsked: {"days": 2},
    dispatch.WorkOrderExtended: {"due_at": AT},
    dispatch.WorkOrderSuspensionAsked: {"reason": SuspensionReason.SEASON},
    dispatch.WorkOrderSuspended: {"review_on": date(2012, 7, 1)},
    dispatch.WorkOrderResumed: {"due_at": AT},
    dispatch.WorkOrderPartCompleted: {"party": "GDS", "result_id": CASE, "result_sha256": "0" * 64},
    dispatch.WorkOrderPartExcused: {"party": "GDS"},
    dispatch.WorkOrderCardShown: {"party": "GDS", "card": Card.YELLOW, "due_at": AT},
}


def an_event(kind: type[Told], /, **changes: Any) -> Any:
    """An event of the lamp's case, as intake or dispatch emits it."""
    of_order = issubclass(kind, WorkOrderEvent)
    who: dict[str, Any] = {"order_id": ORDER, "department": "CGJ"} if of_order else {"reporter_id": REPORTER}
    return kind(**_PLACE | _LAMP | who | _MORE.get(kind, {}) | changes)


def told(event: Told) -> list[Note]:
    """Everything that an event tells the people of the district."""
    return list(notes(event, lambda relation: DISTRICT.get(relation, ()), CIRCLE))


def whom(event: Told) -> set[tuple[UUID, str]]:
    """Who is told which text."""
    return {(note.person, note.template.value) for note in told(event)}


CASE_EVENTS: list[type[Told]] = [kind for kind in RULES if issubclass(kind, CaseEvent)]
