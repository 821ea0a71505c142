from uuid import UUID

import pytest

from contracts.events import dispatch, intake
from contracts.events.intake import CaseEvent
from contracts.vocabulary import Card
from services.notify.message.message import notes
from services.notify.message.rules import RULES, To, Told, needed, relations
from services.notify.message.templates import Template
from tests.unit.notify.builders import (
    ARCHIVIST,
    CASE_EVENTS,
    CLERK,
    CO_OFFICER,
    DISPATCHER,
    DISTRICT,
    OFFICER,
    OTHER_CLERK,
    REPORTER,
    SUPPORTER,
    WORKER,
    an_event,
    told,
    whom,
)

SAID_BY_THE_CASE = {
    dispatch.WorkOrderSigned: intake.CaseStarted,
    dispatch.WorkOrderCompleted: intake.CaseAnswered,
}
SAID_TO_NOBODY: set[type[Told]] = set()

EXPECTED: list[tuple[type[Told], set[tuple[UUID, str]]]] = [
    (intake.CaseReported, {(REPORTER, "case.reported")}),
    (intake.CaseReporterAsked, {(REPORTER, "case.asked")}),
    (intake.CaseReporterAnswered, {(DISPATCHER, "case.reporter_answered")}),
    (intake.CaseCancelled, {(REPORTER, "case.withdrawn")}),
    (intake.CaseMerged, {(REPORTER, "case.merged"), (SUPPORTER, "case.supported_merged")}),
    (intake.CaseRefused, {(REPORTER, "case.refused")}),
    (intake.CaseReminded, {(WORKER, "case.due_soon")}),
    (intake.CaseSettled, {(REPORTER, "case.settled"), (ARCHIVIST, "case.to_archive")}),
    (intake.CaseReworked, {(REPORTER, "case.reworked")}),
    (intake.CaseClassified, {(REPORTER, "case.classified")}),
    (intake.CaseStarted, {(REPORTER, "case.started")}),
    (intake.CaseStopped, {(REPORTER, "case.stopped")}),
    (intake.CaseSuspended, {(REPORTER, "case.suspended")}),
    (intake.CaseResumed, {(REPORTER, "case.resumed")}),
    (intake.CaseAnswered, {(WORKER, "case.to_check"), (REPORTER, "case.answered")}),
    (
        intake.CaseChecked,
        {(CLERK, "case.to_visit"), (OTHER_CLERK, "case.to_visit"), (REPORTER, "case.checked")},
    ),
    (
        intake.CaseReopened,
        {
            (REPORTER, "case.reopened"),
            (WORKER, "case.reopened_in_grid"),
            (SUPPORTER, "case.supported_reopened"),
        },
    ),
    (intake.CaseEscalated, {(DISPATCHER, "case.to_conference"), (REPORTER, "case.escalated")}),
    (
        intake.CaseClosed,
        {
            (REPORTER, "case.closed"),
            (WORKER, "case.closed_in_grid"),
            (ARCHIVIST, "case.to_archive"),
            (SUPPORTER, "case.supported_closed"),
        },
    ),
    (intake.CaseArchived, {(REPORTER, "case.archived")}),
    (dispatch.WorkOrderOffered, {(OFFICER, "order.offered"), (CO_OFFICER, "order.part_offered")}),
    (dispatch.WorkOrderReturned, {(DISPATCHER, "order.returned")}),
    (dispatch.WorkOrderRecalled, {(OFFICER, "order.recalled")}),
    (
        dispatch.WorkOrderOfferedAgain,
        {(OFFICER, "order.offered_again"), (DISPATCHER, "order.not_signed")},
    ),
    (dispatch.WorkOrderExtensionAsked, {(DISPATCHER, "order.extension_asked")}),
    (dispatch.WorkOrderExtended, {(OFFICER, "order.extended"), (REPORTER, "case.extended")}),
    (dispatch.WorkOrderExtensionDenied, {(OFFICER, "order.extension_denied")}),
    (dispatch.WorkOrderSuspensionAsked, {(DISPATCHER, "order.suspension_asked")}),
    (dispatch.WorkOrderSuspended, {(OFFICER, "order.suspended")}),
    (dispatch.WorkOrderSuspensionDenied, {(OFFICER, "order.suspension_denied")}),
    (dispatch.WorkOrderResumed, {(OFFICER, "order.resumed")}),
    (dispatch.WorkOrderPartCompleted, {(OFFICER, "order.part_completed")}),
    (dispatch.WorkOrderPartExcused, {(CO_OFFICER, "order.part_excused")}),
    (dispatch.WorkOrderCardShown, {(CO_OFFICER, "order.due_soon")}),
]


@pytest.mark.parametrize(("kind", "expected"), EXPECTED, ids=lambda each: getattr(each, "type", ""))
def test_an_event_tells_exactly_whom_it_concerns(kind: type[Told], expected: set[tuple[UUID, str]]) -> None:
    assert whom(an_event(kind)) == expected


def test_every_line_of_the_table_is_expected_here() -> None:
    assert {kind for kind, _ in EXPECTED} == set(RULES)


def test_every_step_of_a_case_is_in_the_table() -> None:
    assert set(CASE_EVENTS) == set(intake.ALL)


def test_every_step_of_an_order_is_told_or_said_by_the_case_or_left_unsaid_on_purpose() -> None:
    of_orders = set(dispatch.ALL)
    assert of_orders & set(RULES) | set(SAID_BY_THE_CASE) | SAID_TO_NOBODY == of_orders
    assert set(SAID_BY_THE_CASE.values()) <= set(RULES)


def test_every_text_is_somebodys() -> None:
    assert {rule.template for rules in RULES.values() for rule in rules} == set(Template)


@pytest.mark.parametrize(
    ("waits_for", "yellow", "red"),
    [
        ("dispatcher", {(DISPATCHER, "case.due_soon")}, {(DISPATCHER, "case.overdue")}),
        (
            "reporter",
            {(REPORTER, "case.due_soon")},
            {(REPORTER, "case.overdue"), (DISPATCHER, "case.overdue_elsewhere")},
        ),
        (
            "grid_worker",
            {(WORKER, "case.due_soon")},
            {(WORKER, "case.overdue"), (DISPATCHER, "case.overdue_elsewhere")},
        ),
        (
            "clerk",
            {(CLERK, "case.due_soon"), (OTHER_CLERK, "case.due_soon")},
            {
                (CLERK, "case.overdue"),
                (OTHER_CLERK, "case.overdue"),
                (DISPATCHER, "case.overdue_elsewhere"),
            },
        ),
    ],
)
def test_a_reminder_goes_to_whoever_is_waited_for_and_a_red_one_to_the_dispatcher_too(
    waits_for: str, yellow: set[tuple[UUID, str]], red: set[tuple[UUID, str]]
) -> None:
    assert whom(an_event(intake.CaseReminded, waits_for=waits_for)) == yellow
    assert whom(an_event(intake.CaseReminded, waits_for=waits_for, card=Card.RED)) == red


def test_a_red_card_of_a_department_goes_to_the_dispatcher_too() -> None:
    expected = {(CO_OFFICER, "order.overdue"), (DISPATCHER, "order.overdue_elsewhere")}
    assert whom(an_event(dispatch.WorkOrderCardShown, card=Card.RED)) == expected


def test_a_case_that_nobody_answered_for_is_told_so() -> None:
    event = an_event(intake.CaseCancelled, cause=intake.CancelCause.NO_ANSWER)
    assert whom(event) == {(REPORTER, "case.not_answered")}


def test_a_report_without_a_category_goes_to_the_dispatchers_too() -> None:
    event = an_event(intake.CaseReported, category=None, kind=None, urgency=None)
    assert whom(event) == {(REPORTER, "case.reported"), (DISPATCHER, "case.to_classify")}


@pytest.mark.parametrize("kind", CASE_EVENTS, ids=lambda kind: kind.type)
def test_nobody_is_told_as_the_reporter_of_an_anonymous_case(kind: type[CaseEvent]) -> None:
    known, anonymous = whom(an_event(kind)), whom(an_event(kind, reporter_id=None))
    assert anonymous == {each for each in known if each[0] != REPORTER}


def test_a_grid_worker_who_reported_is_told_as_both_and_each_text_once() -> None:
    said = told(an_event(intake.CaseClosed, reporter_id=WORKER))
    assert [note.template.value for note in said if note.person == WORKER] == [
        "case.closed",
        "case.closed_in_grid",
    ]


def test_a_department_that_both_leads_and_assists_is_told_each_once() -> None:
    event = an_event(dispatch.WorkOrderOffered, co_handlers=("CGJ", "CGJ"))
    assert whom(event) == {(OFFICER, "order.offered"), (OFFICER, "order.part_offered")}
    assert len(told(event)) == 2


def test_a_grid_without_a_worker_keeps_nobody_else_uninformed() -> None:
    assert whom(an_event(intake.CaseAnswered, grid="c09-g09")) == {(REPORTER, "case.answered")}


@pytest.mark.parametrize("kind", list(RULES), ids=lambda kind: kind.type)
def test_what_a_batch_loads_is_all_that_telling_asks_for(kind: type[Told]) -> None:
    event = an_event(kind)
    asked = set()

    def people(relation: object) -> tuple[UUID, ...]:
        asked.add(relation)
        return ()

    list(notes(event, people))
    assert asked == set(needed(event))


def test_the_reporter_is_named_by_the_event_and_looked_up_nowhere() -> None:
    assert relations(To.REPORTER, an_event(intake.CaseClosed)) == ()


def test_an_event_of_a_case_has_no_department_to_tell() -> None:
    event = an_event(intake.CaseClosed)
    assert relations(To.LEAD, event) == relations(To.CO_HANDLERS, event) == ()


def test_the_people_of_other_places_are_never_told() -> None:
    strangers = {person for people in list(DISTRICT.values())[-3:] for person in people}
    everybody = {note.person for kind in RULES for note in told(an_event(kind))}
    assert not strangers & everybody
