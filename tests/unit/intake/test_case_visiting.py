from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, Refusal, StaleVersion
from contracts.commands.case_views import Attempt
from contracts.commands.intake import Channel
from contracts.events.intake import (
    CaseClosed,
    CaseEscalated,
    CaseReopened,
    Closure,
    ReopenCause,
)
from services.intake.case import visiting
from services.intake.case.case import Case, Decided
from services.intake.case.errors import (
    ForeignGrid,
    IllegalTransition,
    OccurredInFuture,
    TextTooLong,
    TextTooShort,
    TooFewAttempts,
    TooLateToReopen,
)
from services.intake.case.guards import REST
from services.intake.case.lifecycle import State
from tests.unit.intake.asked import REASON, a_reopening, an_attempt, an_unreachable
from tests.unit.intake.builders import (
    CLERK,
    DISPATCHER,
    FOREIGN_CLERK,
    HANDLER,
    INSPECTOR,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    WORKER,
    a_bad_answer,
    a_case,
    an_id,
)

LATER = NOW + timedelta(hours=2)
CHECKED = a_case(state=State.CHECKED)
CLOSED = a_case(
    state=State.CLOSED,
    handler_id=HANDLER,
    closure=Closure.SATISFIED,
    score=4,
    resolved=True,
    closed_at=NOW,
    attempts=(Attempt(channel=Channel.PHONE, at=NOW),),
    due_at=NOW,
    due_provisional=True,
)


def attempt(case: Case = CHECKED, by: Principal = CLERK, **fields: Any) -> Decided:
    return visiting.record_attempt(case, an_attempt(**fields), by, now=LATER)


def unreachable(case: Case, by: Principal = CLERK, **fields: Any) -> Decided:
    return visiting.record_unreachable(case, an_unreachable(**fields), by, now=LATER)


def reopen(case: Case = CLOSED, by: Principal = RESIDENT, now: datetime = LATER, **fields: Any) -> Decided:
    return visiting.reopen(case, a_reopening(**fields), by, now=now)


def tried(times: Iterable[datetime]) -> Case:
    attempts = tuple(Attempt(channel=Channel.PHONE, at=at) for at in times)
    return a_case(state=State.CHECKED, attempts=attempts)


# 未接通


def test_an_attempt_is_kept_with_the_case_and_told_to_nobody() -> None:
    first = attempt()
    assert (first.case.state, first.events) == (State.CHECKED, ())
    assert first.case.state_since == CHECKED.state_since
    second = attempt(first.case, channel=Channel.DOOR, at=LATER)
    assert second.case.attempts == (
        Attempt(channel=Channel.PHONE, at=NOW),
        Attempt(channel=Channel.DOOR, at=LATER),
    )
    assert second.entries[0].detail == {"channel": "door", "at": LATER.isoformat()}


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (LATER + timedelta(microseconds=1), OccurredInFuture),
        (NOW - timedelta(microseconds=1), Invalid),
        (datetime(2026, 3, 2, 9, 30), Invalid),  # noqa: DTZ001 - that is the point
    ],
)
def test_an_attempt_lies_between_the_check_and_now(at: datetime, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        attempt(at=at)


def test_only_the_clerk_of_the_community_tries() -> None:
    for by in (RESIDENT, WORKER, DISPATCHER):
        with pytest.raises(Forbidden):
            attempt(by=by)
    with pytest.raises(ForeignGrid):
        attempt(by=FOREIGN_CLERK)
    with pytest.raises(StaleVersion):
        attempt(expected_version=1)


# 三次未联系上


def test_three_attempts_on_two_days_are_enough() -> None:
    decided = unreachable(tried([NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)]))
    assert (decided.case.state, decided.case.closed_at) == (State.CLOSED, LATER)
    (event,) = decided.events
    assert isinstance(event, CaseClosed)
    assert (event.closure, event.resolved, event.score) == (Closure.UNREACHABLE, None, None)
    assert decided.entries[0].detail == {"attempts": "3"}


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "times",
    [
        [],
        [NOW, NOW + DAY],
        [NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)],
        [NOW, NOW + DAY, NOW + DAY],
        # 23:30 and 00:30 in Greenwich are one day in Shanghai.
        [datetime(2026, 3, 2, hour, 30, tzinfo=UTC) for hour in (17, 18, 23)]
        + [datetime(2026, 3, 3, 0, 30, tzinfo=UTC)],
    ],
)
def test_fewer_attempts_or_all_on_one_day_are_not(times: list[datetime]) -> None:
    with pytest.raises(TooFewAttempts) as refused:
        unreachable(tried(times))
    assert refused.value.code == "too_few_attempts"


def test_a_day_is_a_day_in_shanghai() -> None:
    midnight = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    around = [midnight - timedelta(minutes=2), midnight - timedelta(minutes=1), midnight]
    assert unreachable(tried(around)).case.closure is Closure.UNREACHABLE


def test_attempts_of_an_older_cycle_are_gone() -> None:
    case = tried([NOW, NOW + timedelta(hours=1), NOW + DAY])
    again = visiting.record_dissatisfied(case, a_bad_answer(), CLERK, now=LATER).case
    assert (again.attempts, again.cycle) == ((), 2)


def test_only_the_clerk_of_the_community_gives_up() -> None:
    case = tried([NOW, NOW + timedelta(hours=1), NOW + DAY])
    for by in (RESIDENT, DISPATCHER):
        with pytest.raises(Forbidden):
            unreachable(case, by=by)
    with pytest.raises(StaleVersion):
        unreachable(case, expected_version=1)


# 重办


@pytest.mark.parametrize("escalation", [0, 1])
def test_a_new_fact_takes_a_closed_case_round_again(escalation: int) -> None:
    before = a_case(
        **{name: getattr(CLOSED, name) for name in CLOSED.__struct_fields__} | {"escalation": escalation}
    )
    decided = reopen(before)
    after = decided.case
    assert (after.state, after.cycle, after.escalation) == (State.CLASSIFIED, 2, escalation + 1)
    assert (after.closure, after.score, after.resolved, after.closed_at) == (None, None, None, None)
    assert (after.order_id, after.handler_id, after.attempts) == (None, None, ())
    assert (after.due_at, after.due_provisional) == (None, False)
    (event,) = decided.events
    assert isinstance(event, CaseReopened)
    assert (event.cause, event.escalation, event.cycle) == (ReopenCause.NEW_FACT, escalation + 1, 2)
    assert (event.lead, event.due_on) == (None, None)
    assert decided.entries[0].detail == {"reason": REASON}
    assert REASON not in repr(decided.events)


def test_the_third_time_it_goes_before_the_conference_and_again_as_another_matter() -> None:
    before = a_case(state=State.CLOSED, escalation=2, cycle=3, closure=Closure.CONFERENCE, closed_at=NOW)
    decided = reopen(before)
    assert (decided.case.state, decided.case.cycle) == (State.AWAITING_CONFERENCE, 3)
    assert (decided.case.closed_at, decided.case.closure, decided.case.escalation) == (None, None, 2)
    (event,) = decided.events
    assert isinstance(event, CaseEscalated)
    assert (event.escalation, event.conference) == (2, 1)
    again = reopen(
        a_case(state=State.CLOSED, escalation=2, cycle=3, closed_at=NOW, conferences=decided.case.conferences)
    )
    assert isinstance(again.events[0], CaseEscalated)
    assert (again.events[0].conference, again.case.conferences) == (2, 2)


def test_the_reporter_and_the_inspector_reopen_and_nobody_else() -> None:
    assert reopen(by=RESIDENT).entries[0].role == "reporter"
    assert reopen(by=INSPECTOR).entries[0].role == "inspector"
    for by in (NEIGHBOUR, CLERK, WORKER, DISPATCHER):
        with pytest.raises(Forbidden):
            reopen(by=by)
    with pytest.raises(StaleVersion):
        reopen(expected_version=1)


def test_the_inspector_may_reopen_an_anonymous_case() -> None:
    anonymous = a_case(state=State.CLOSED, closed_at=NOW, closure=Closure.ANONYMOUS, reporter_id=None)
    decided = reopen(anonymous, by=INSPECTOR)
    assert decided.case.state is State.CLASSIFIED
    assert decided.entries[0].actor == an_id("inspector")


def test_a_case_is_reopened_within_fifteen_days_of_closing() -> None:
    assert reopen(now=NOW + REST).case.state is State.CLASSIFIED
    for escalation in (0, 2):
        late = a_case(state=State.CLOSED, closed_at=NOW, escalation=escalation)
        with pytest.raises(TooLateToReopen) as refused:
            reopen(late, now=NOW + REST + timedelta(microseconds=1))
        assert refused.value.code == "too_late_to_reopen"


@pytest.mark.parametrize(("reason", "refusal"), [("还坏", TextTooShort), ("坏" * 2001, TextTooLong)])
def test_a_reopening_has_a_reason(reason: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        reopen(reason=reason)


def test_an_archived_case_is_not_reopened() -> None:
    with pytest.raises(IllegalTransition):
        reopen(a_case(state=State.ARCHIVED, closed_at=NOW))
