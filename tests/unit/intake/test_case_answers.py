from datetime import timedelta
from typing import Any

import pytest

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, Refusal, StaleVersion
from contracts.events.intake import (
    CaseChecked,
    CaseClosed,
    CaseEscalated,
    CaseReopened,
    CaseReworked,
    Closure,
    ReopenCause,
)
from contracts.vocabulary import Kind, MediaKind, Point
from services.intake.case import checking, visiting
from services.intake.case.case import Case, Decided
from services.intake.case.errors import (
    EvidenceMissing,
    ForeignGrid,
    HandlerMayNotCheck,
    TextTooLong,
    TextTooShort,
    TooFarAway,
)
from services.intake.case.lifecycle import State
from tests.unit.intake.asked import REASON, a_failed_check
from tests.unit.intake.builders import (
    CLERK,
    DISPATCHER,
    FOREIGN_CLERK,
    FOREIGN_WORKER,
    HANDLER,
    LAMP_POST,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    SYSTEM,
    WORKER,
    a_bad_answer,
    a_case,
    a_check,
    a_good_answer,
    a_photo,
    an_id,
    reported,
)

LATER = NOW + timedelta(hours=2)
ANSWERED = a_case(state=State.ANSWERED, handler_id=HANDLER)
CHECKED = a_case(state=State.CHECKED)


def metres_north(metres: float) -> Point:
    return Point(
        longitude_deg=LAMP_POST.longitude_deg, latitude_deg=LAMP_POST.latitude_deg + metres / 111_195
    )


def check(case: Case = ANSWERED, by: Principal = WORKER, **fields: Any) -> Decided:
    return checking.pass_check(case, a_check(**fields), by, now=LATER)


def fail(case: Case = ANSWERED, by: Principal = WORKER, **fields: Any) -> Decided:
    return checking.fail_check(case, a_failed_check(**fields), by, now=LATER)


def satisfied(case: Case = CHECKED, by: Principal = CLERK, **fields: Any) -> Decided:
    return visiting.record_satisfied(case, a_good_answer(**fields), by, now=LATER)


def dissatisfied(case: Case = CHECKED, by: Principal = CLERK, **fields: Any) -> Decided:
    return visiting.record_dissatisfied(case, a_bad_answer(**fields), by, now=LATER)


@pytest.mark.parametrize("decide", [check, fail, satisfied, dissatisfied])
def test_who_has_seen_an_older_version_is_refused_and_who_has_seen_this_one_is_not(decide: Any) -> None:
    with pytest.raises(StaleVersion):
        decide(expected_version=1)
    assert decide(expected_version=2).case.version == 3


# 核查


def test_a_check_that_passes_leads_to_the_return_visit() -> None:
    decided = check(point=metres_north(150))
    assert decided.case.state is State.CHECKED
    (event,) = decided.events
    assert isinstance(event, CaseChecked)
    assert event.checked_by == an_id("worker")
    assert decided.entries[0].detail == {"distance_m": "150"}
    assert [each.stage for each in decided.case.documents] == ["check"]


def test_a_check_of_an_anonymous_case_closes_it() -> None:
    decided = check(a_case(state=State.ANSWERED, reporter_id=None))
    assert decided.case.state is State.CLOSED
    assert decided.case.closed_at == LATER
    (event,) = decided.events
    assert isinstance(event, CaseClosed)
    assert (event.closure, event.resolved, event.score) == (Closure.ANONYMOUS, None, None)


def test_whoever_handled_it_may_not_check_it() -> None:
    with pytest.raises(HandlerMayNotCheck):
        check(a_case(state=State.ANSWERED, handler_id=an_id("worker")))


@pytest.mark.parametrize(
    ("by", "refusal"), [(FOREIGN_WORKER, ForeignGrid), (CLERK, Forbidden), (RESIDENT, Forbidden)]
)
def test_only_the_grid_worker_of_the_grid_checks(by: Principal, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check(by=by)


def test_who_checks_stands_within_200_m() -> None:
    assert check(point=metres_north(199)).case.state is State.CHECKED
    with pytest.raises(TooFarAway):
        check(point=metres_north(201))
    with pytest.raises(EvidenceMissing):
        check(point=None)


def test_where_the_case_has_no_point_nobody_asks_for_one() -> None:
    assert check(a_case(state=State.ANSWERED, point=None), point=None).case.state is State.CHECKED


@pytest.mark.parametrize("kind", [Kind.SERVICE, Kind.DISPUTE])
def test_what_cannot_be_seen_needs_neither_point_nor_photo(kind: Kind) -> None:
    case = a_case(state=State.ANSWERED, kind=kind)
    assert check(case, point=None, evidence=()).case.state is State.CHECKED


def test_a_photo_that_the_case_has_already_shows_no_result() -> None:
    before = reported(evidence=(a_photo("before"),)).case.documents
    case = a_case(state=State.ANSWERED, documents=before)
    with pytest.raises(EvidenceMissing):
        check(case, evidence=(a_photo("before"),))


def test_what_can_be_seen_is_shown_by_a_photo() -> None:
    for evidence in ((), (a_photo(kind=MediaKind.VIDEO),)):
        with pytest.raises(EvidenceMissing):
            check(evidence=evidence)


def test_a_file_that_the_case_has_already_is_kept_once_and_as_it_came() -> None:
    before = reported(evidence=(a_photo("before"),)).case.documents
    case = a_case(state=State.ANSWERED, documents=before)
    checked = check(case, evidence=(a_photo("before"), a_photo("after")))
    assert [each.stage for each in checked.case.documents] == ["report", "check"]


# 核查不通过


def test_a_check_that_fails_sends_the_same_lead_round_again() -> None:
    before = a_case(state=State.ANSWERED, handler_id=HANDLER, due_at=NOW, due_provisional=True)
    decided = fail(before, point=metres_north(150))
    after = decided.case
    assert (after.state, after.cycle, after.escalation, after.lead) == (State.CLASSIFIED, 2, 0, "CGJ")
    assert (after.order_id, after.handler_id, after.due_at, after.due_provisional) == (
        None,
        None,
        None,
        False,
    )
    assert [(each.stage, each.cycle) for each in after.documents] == [("check", 1)]
    (event,) = decided.events
    assert isinstance(event, CaseReworked)
    assert (event.lead, event.checked_by, event.cycle) == ("CGJ", an_id("worker"), 2)
    assert decided.entries[0].detail == {"distance_m": "150", "reason": REASON}
    assert REASON not in repr(decided.events)


def test_a_check_of_an_anonymous_case_may_fail_too() -> None:
    assert fail(a_case(state=State.ANSWERED, reporter_id=None)).case.state is State.CLASSIFIED


@pytest.mark.parametrize("kind", list(Kind))
def test_what_fails_is_shown_by_a_photo_whatever_it_is(kind: Kind) -> None:
    case = a_case(state=State.ANSWERED, kind=kind)
    for evidence in ((), (a_photo(kind=MediaKind.VIDEO),)):
        with pytest.raises(EvidenceMissing):
            fail(case, evidence=evidence)
    known = reported(evidence=(a_photo("before"),)).case.documents
    with pytest.raises(EvidenceMissing):
        fail(a_case(state=State.ANSWERED, documents=known), evidence=(a_photo("before"),))


@pytest.mark.parametrize(("reason", "refusal"), [("不行", TextTooShort), ("坏" * 2001, TextTooLong)])
def test_what_fails_has_a_reason(reason: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        fail(reason=reason)


def test_who_fails_it_stands_there_works_in_the_grid_and_has_not_handled_it() -> None:
    with pytest.raises(TooFarAway):
        fail(point=metres_north(201))
    with pytest.raises(HandlerMayNotCheck):
        fail(a_case(state=State.ANSWERED, handler_id=an_id("worker")))
    with pytest.raises(ForeignGrid):
        fail(by=FOREIGN_WORKER)
    with pytest.raises(Forbidden):
        fail(by=CLERK)


# 回访


def test_a_satisfied_reporter_closes_the_case() -> None:
    decided = satisfied()
    assert decided.case.state is State.CLOSED
    assert (decided.case.closed_at, decided.case.score, decided.case.resolved) == (LATER, 5, True)
    (event,) = decided.events
    assert isinstance(event, CaseClosed)
    assert (event.closure, event.resolved, event.score) == (Closure.SATISFIED, True, 5)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_1_to_5(score: int) -> None:
    with pytest.raises(Invalid):
        satisfied(score=score)


@pytest.mark.parametrize("decide", [satisfied, dissatisfied])
def test_the_clerk_of_the_community_and_the_reporter_record_the_visit(decide: Any) -> None:
    assert decide(by=CLERK).entries[0].role == "clerk"
    assert decide(by=RESIDENT).entries[0].role == "reporter"
    with pytest.raises(ForeignGrid):
        decide(by=FOREIGN_CLERK)
    for by in (NEIGHBOUR, WORKER, DISPATCHER, SYSTEM):
        with pytest.raises(Forbidden):
            decide(by=by)


@pytest.mark.parametrize("escalation", [0, 1])
def test_the_first_and_second_dissatisfaction_send_the_case_round_again(escalation: int) -> None:
    before = a_case(state=State.CHECKED, escalation=escalation, cycle=escalation + 1, handler_id=HANDLER)
    decided = dissatisfied(before)
    after = decided.case
    assert (after.state, after.cycle, after.escalation) == (State.CLASSIFIED, escalation + 2, escalation + 1)
    assert (after.order_id, after.handler_id, after.lead) == (None, None, "CGJ")
    (event,) = decided.events
    assert isinstance(event, CaseReopened)
    assert (event.cycle, event.escalation) == (escalation + 2, escalation + 1)
    assert (event.cause, event.lead) == (ReopenCause.DISSATISFIED, None)


@pytest.mark.parametrize("escalation", [2, 3])
def test_the_third_dissatisfaction_goes_before_the_conference(escalation: int) -> None:
    decided = dissatisfied(a_case(state=State.CHECKED, escalation=escalation, cycle=3))
    assert (decided.case.state, decided.case.cycle) == (State.AWAITING_CONFERENCE, 3)
    (event,) = decided.events
    assert isinstance(event, CaseEscalated)
    assert event.escalation == escalation


def test_a_dissatisfaction_has_a_reason_and_no_event_tells_it() -> None:
    for reason, refusal in (("不好", TextTooShort), ("不" * 2001, TextTooLong), ("x" * 20 + "\0", Invalid)):
        with pytest.raises(refusal):
            dissatisfied(reason=reason)
    decided = dissatisfied()
    assert "路灯还是不亮" in decided.entries[0].detail["reason"]
    assert "路灯" not in repr(decided.events)
