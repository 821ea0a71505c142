"""THE table: which event tells whom, in which words. Pure."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from contracts.events import dispatch, intake
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.intake import CaseEvent
from contracts.vocabulary import Role
from services.notify.message.templates import Template
from services.notify.reference.relations import Relation

Told = CaseEvent | WorkOrderEvent


class To(StrEnum):
    """Who somebody is to a case."""

    REPORTER = "reporter"
    GRID_WORKER = "grid_worker"  # of the case's grid
    CLERK = "clerk"  # of the case's community
    DISPATCHER = "dispatcher"
    ARCHIVIST = "archivist"
    LEAD = "lead"  # the officers of the lead department 主办
    CO_HANDLERS = "co_handlers"  # the officers of the others 协办


class Rule(NamedTuple):
    """One line of the table; `only_if` None is always."""

    to: To
    template: Template
    only_if: Callable[[Told], bool] | None = None


def _came_without_category(event: Told) -> bool:
    return isinstance(event, intake.CaseReported) and event.category is None


RULES: dict[type[Told], tuple[Rule, ...]] = {
    intake.CaseReported: (
        Rule(To.REPORTER, Template.REPORTED),
        Rule(To.DISPATCHER, Template.TO_CLASSIFY, _came_without_category),
    ),
    intake.CaseClassified: (Rule(To.REPORTER, Template.CLASSIFIED),),
    intake.CaseStarted: (Rule(To.REPORTER, Template.STARTED),),
    intake.CaseStopped: (Rule(To.REPORTER, Template.STOPPED),),
    intake.CaseSuspended: (Rule(To.REPORTER, Template.SUSPENDED),),
    intake.CaseResumed: (Rule(To.REPORTER, Template.RESUMED),),
    intake.CaseAnswered: (Rule(To.GRID_WORKER, Template.TO_CHECK), Rule(To.REPORTER, Template.ANSWERED)),
    intake.CaseChecked: (Rule(To.CLERK, Template.TO_VISIT), Rule(To.REPORTER, Template.CHECKED)),
    intake.CaseReopened: (
        Rule(To.REPORTER, Template.REOPENED),
        Rule(To.GRID_WORKER, Template.REOPENED_IN_GRID),
    ),
    intake.CaseEscalated: (
        Rule(To.DISPATCHER, Template.TO_CONFERENCE),
        Rule(To.REPORTER, Template.ESCALATED),
    ),
    intake.CaseClosed: (
        Rule(To.REPORTER, Template.CLOSED),
        Rule(To.GRID_WORKER, Template.CLOSED_IN_GRID),
        Rule(To.ARCHIVIST, Template.TO_ARCHIVE),
    ),
    intake.CaseArchived: (Rule(To.REPORTER, Template.ARCHIVED),),
    dispatch.WorkOrderOffered: (
        Rule(To.LEAD, Template.ORDER_OFFERED),
        Rule(To.CO_HANDLERS, Template.PART_OFFERED),
    ),
    dispatch.WorkOrderReturned: (Rule(To.DISPATCHER, Template.ORDER_RETURNED),),
    dispatch.WorkOrderRecalled: (Rule(To.LEAD, Template.ORDER_RECALLED),),
}


def rules_of(event: Told) -> Iterator[Rule]:
    """Give the lines of the table that hold for an event."""
    return (rule for rule in RULES[type(event)] if rule.only_if is None or rule.only_if(event))


def relations(to: To, event: Told) -> tuple[Relation, ...]:
    """Return under which relations the people are found; none for the reporter, whom the event names."""
    match to:
        case To.REPORTER:
            return ()
        case To.GRID_WORKER:
            return (Relation(Role.GRID_WORKER, event.grid),)
        case To.CLERK:
            return (Relation(Role.CLERK, event.community),)
        case To.DISPATCHER:
            return (Relation(Role.DISPATCHER),)
        case To.ARCHIVIST:
            return (Relation(Role.ARCHIVIST),)
        case To.LEAD | To.CO_HANDLERS:
            return tuple(Relation(Role.DEPARTMENT, code) for code in _departments(to, event))


def _departments(to: To, event: Told) -> tuple[str, ...]:
    if not isinstance(event, WorkOrderEvent):
        return ()
    if to is To.LEAD:
        return (event.department,)
    return event.co_handlers if isinstance(event, dispatch.WorkOrderOffered) else ()


def needed(event: Told) -> list[Relation]:
    """Return every relation that telling of an event asks for."""
    return [relation for rule in rules_of(event) for relation in relations(rule.to, event)]
