"""THE table: which event tells whom, in which words. Pure."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from contracts.events import dispatch, intake
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.intake import CaseEvent
from contracts.vocabulary import Card, Role
from services.notify.message.templates import Template
from services.notify.reference.relations import Relation

Told = CaseEvent | WorkOrderEvent
CARDS = (intake.CaseReminded, dispatch.WorkOrderCardShown)
PARTIES = (dispatch.WorkOrderCardShown, dispatch.WorkOrderPartExcused)


class To(StrEnum):
    """Who somebody is to a case."""

    REPORTER = "reporter"
    GRID_WORKER = "grid_worker"  # of the case's grid
    CLERK = "clerk"  # of the case's community
    DISPATCHER = "dispatcher"
    ARCHIVIST = "archivist"
    LEAD = "lead"  # the officers of the lead department 主办
    CO_HANDLERS = "co_handlers"  # the officers of the others 协办
    PARTY = "party"  # the officers of the department that a card or a part concerns
    WAITED_FOR = "waited_for"  # whoever has to act on a case next
    SUPPORTERS = "supporters"  # 附议人: whose own reports were merged into it


class Rule(NamedTuple):
    """One line of the table; `only_if` None is always."""

    to: To
    template: Template
    only_if: Callable[[Told], bool] | None = None


def _came_without_category(event: Told) -> bool:
    return isinstance(event, intake.CaseReported) and event.category is None


def _withdrawn(event: Told) -> bool:
    return isinstance(event, intake.CaseCancelled) and event.cause is intake.CancelCause.WITHDRAWN


def _not_answered(event: Told) -> bool:
    return isinstance(event, intake.CaseCancelled) and event.cause is intake.CancelCause.NO_ANSWER


def _yellow(event: Told) -> bool:
    return isinstance(event, CARDS) and event.card is Card.YELLOW


def _red(event: Told) -> bool:
    return isinstance(event, CARDS) and event.card is Card.RED


def _red_for_another(event: Told) -> bool:
    """The dispatcher hears of what others let lie, and of the own work once."""
    return _red(event) and getattr(event, "waits_for", "") != Role.DISPATCHER


RULES: dict[type[Told], tuple[Rule, ...]] = {
    intake.CaseReported: (
        Rule(To.REPORTER, Template.REPORTED),
        Rule(To.DISPATCHER, Template.TO_CLASSIFY, _came_without_category),
    ),
    intake.CaseReporterAsked: (Rule(To.REPORTER, Template.ASKED),),
    intake.CaseReporterAnswered: (Rule(To.DISPATCHER, Template.REPORTER_ANSWERED),),
    intake.CaseCancelled: (
        Rule(To.REPORTER, Template.WITHDRAWN, _withdrawn),
        Rule(To.REPORTER, Template.NOT_ANSWERED, _not_answered),
    ),
    intake.CaseMerged: (Rule(To.REPORTER, Template.MERGED), Rule(To.SUPPORTERS, Template.SUPPORTED_MERGED)),
    intake.CaseRefused: (Rule(To.REPORTER, Template.REFUSED),),
    intake.CaseReminded: (
        Rule(To.WAITED_FOR, Template.DUE_SOON, _yellow),
        Rule(To.WAITED_FOR, Template.OVERDUE, _red),
        Rule(To.DISPATCHER, Template.OVERDUE_ELSEWHERE, _red_for_another),
    ),
    intake.CaseSettled: (Rule(To.REPORTER, Template.SETTLED), Rule(To.ARCHIVIST, Template.TO_ARCHIVE)),
    intake.CaseClassified: (Rule(To.REPORTER, Template.CLASSIFIED),),
    intake.CaseStarted: (Rule(To.REPORTER, Template.STARTED),),
    intake.CaseStopped: (Rule(To.REPORTER, Template.STOPPED),),
    intake.CaseSuspended: (Rule(To.REPORTER, Template.SUSPENDED),),
    intake.CaseResumed: (Rule(To.REPORTER, Template.RESUMED),),
    intake.CaseAnswered: (Rule(To.GRID_WORKER, Template.TO_CHECK), Rule(To.REPORTER, Template.ANSWERED)),
    intake.CaseChecked: (Rule(To.CLERK, Template.TO_VISIT), Rule(To.REPORTER, Template.CHECKED)),
    intake.CaseReworked: (Rule(To.REPORTER, Template.REWORKED),),
    intake.CaseReopened: (
        Rule(To.REPORTER, Template.REOPENED),
        Rule(To.SUPPORTERS, Template.SUPPORTED_REOPENED),
        Rule(To.GRID_WORKER, Template.REOPENED_IN_GRID),
    ),
    intake.CaseEscalated: (
        Rule(To.DISPATCHER, Template.TO_CONFERENCE),
        Rule(To.REPORTER, Template.ESCALATED),
    ),
    intake.CaseClosed: (
        Rule(To.REPORTER, Template.CLOSED),
        Rule(To.SUPPORTERS, Template.SUPPORTED_CLOSED),
        Rule(To.GRID_WORKER, Template.CLOSED_IN_GRID),
        Rule(To.ARCHIVIST, Template.TO_ARCHIVE),
    ),
    intake.CaseArchived: (Rule(To.REPORTER, Template.ARCHIVED),),
    dispatch.WorkOrderOffered: (
        Rule(To.LEAD, Template.ORDER_OFFERED),
        Rule(To.CO_HANDLERS, Template.PART_OFFERED),
    ),
    dispatch.WorkOrderOfferedAgain: (
        Rule(To.LEAD, Template.ORDER_OFFERED_AGAIN),
        Rule(To.DISPATCHER, Template.ORDER_NOT_SIGNED),
    ),
    dispatch.WorkOrderReturned: (Rule(To.DISPATCHER, Template.ORDER_RETURNED),),
    dispatch.WorkOrderRecalled: (Rule(To.LEAD, Template.ORDER_RECALLED),),
    dispatch.WorkOrderExtensionAsked: (Rule(To.DISPATCHER, Template.EXTENSION_ASKED),),
    dispatch.WorkOrderExtended: (
        Rule(To.LEAD, Template.ORDER_EXTENDED),
        Rule(To.REPORTER, Template.EXTENDED),
    ),
    dispatch.WorkOrderExtensionDenied: (Rule(To.LEAD, Template.EXTENSION_DENIED),),
    dispatch.WorkOrderSuspensionAsked: (Rule(To.DISPATCHER, Template.SUSPENSION_ASKED),),
    dispatch.WorkOrderSuspended: (Rule(To.LEAD, Template.ORDER_SUSPENDED),),
    dispatch.WorkOrderSuspensionDenied: (Rule(To.LEAD, Template.SUSPENSION_DENIED),),
    dispatch.WorkOrderResumed: (Rule(To.LEAD, Template.ORDER_RESUMED),),
    dispatch.WorkOrderPartCompleted: (Rule(To.LEAD, Template.PART_COMPLETED),),
    dispatch.WorkOrderPartExcused: (Rule(To.PARTY, Template.PART_EXCUSED),),
    dispatch.WorkOrderCardShown: (
        Rule(To.PARTY, Template.ORDER_DUE_SOON, _yellow),
        Rule(To.PARTY, Template.ORDER_OVERDUE, _red),
        Rule(To.DISPATCHER, Template.ORDER_OVERDUE_ELSEWHERE, _red),
    ),
}


def rules_of(event: Told) -> Iterator[Rule]:
    """Give the lines of the table that hold for an event."""
    return (rule for rule in RULES[type(event)] if rule.only_if is None or rule.only_if(event))


def meant(to: To, event: Told) -> To:
    """Return whom a line means: a reminder names whoever is waited for."""
    if to is To.WAITED_FOR and isinstance(event, intake.CaseReminded):
        return To(event.waits_for)
    return to


def relations(to: To, event: Told) -> tuple[Relation, ...]:
    """Return under which relations the people are found; none for those who stand behind a case."""
    match meant(to, event):
        case To.GRID_WORKER:
            return (Relation(Role.GRID_WORKER, event.grid),)
        case To.CLERK:
            return (Relation(Role.CLERK, event.community),)
        case To.DISPATCHER:
            return (Relation(Role.DISPATCHER),)
        case To.ARCHIVIST:
            return (Relation(Role.ARCHIVIST),)
        case To.LEAD | To.CO_HANDLERS | To.PARTY:
            return tuple(Relation(Role.DEPARTMENT, code) for code in _departments(to, event))
        case _:
            return ()


def _departments(to: To, event: Told) -> tuple[str, ...]:
    if not isinstance(event, WorkOrderEvent):
        return ()
    if to is To.LEAD:
        return (event.department,)
    if to is To.PARTY:
        return (event.party,) if isinstance(event, PARTIES) else ()
    return event.co_handlers if isinstance(event, dispatch.WorkOrderOffered) else ()


def needed(event: Told) -> list[Relation]:
    """Return every relation that telling of an event asks for."""
    return [relation for rule in rules_of(event) for relation in relations(rule.to, event)]


def asks_for_circle(event: Told) -> bool:
    """Return whether telling of an event needs to know who stands behind its case."""
    of_order = isinstance(event, WorkOrderEvent)
    return any(rule.to is To.SUPPORTERS or (of_order and rule.to is To.REPORTER) for rule in rules_of(event))
