from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, Refusal, StaleVersion
from contracts.events.intake import (
    CancelCause,
    CaseCancelled,
    CaseRefused,
    CaseReporterAnswered,
    CaseReporterAsked,
)
from contracts.vocabulary import LawfulChannel, RefusalReason
from services.intake.case import sorting
from services.intake.case.case import Case, Decided
from services.intake.case.errors import ReporterUnknown, TextTooLong, TextTooShort
from services.intake.case.lifecycle import State
from services.intake.case.waiting import Wait, wait_of
from tests.unit.chassis.calendars import CHINA
from tests.unit.intake.asked import (
    ANSWER,
    QUESTION,
    a_question,
    a_refusal,
    a_withdrawal,
    an_answer,
)
from tests.unit.intake.builders import (
    CLERK,
    DISPATCHER,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    SYSTEM,
    WORKER,
    a_case,
    a_photo,
    an_id,
    reported,
)

LATER = NOW + timedelta(hours=2)
REPORTED = reported(category=None).case
ASKED = a_case(state=State.AWAITING_REPORTER, question=QUESTION, order_id=None, version=1, emitted=1)
# Monday 2 March 2026, 09:30 in Shanghai: two working days are over on Wednesday at 18:00.
DUE = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def withdraw(case: Case = REPORTED, by: Principal = RESIDENT, **fields: Any) -> Decided:
    return sorting.withdraw(case, a_withdrawal(**fields), by, now=LATER)


def ask(case: Case = REPORTED, by: Principal = DISPATCHER, **fields: Any) -> Decided:
    return sorting.ask_reporter(case, a_question(**fields), by, CHINA, now=LATER)


def answer(case: Case = ASKED, by: Principal = RESIDENT, **fields: Any) -> Decided:
    return sorting.answer_question(case, an_answer(**fields), by, now=LATER)


def refuse(case: Case = REPORTED, by: Principal = DISPATCHER, **fields: Any) -> Decided:
    return sorting.refuse(case, a_refusal(**fields), by, now=LATER)


def a_wait() -> Wait:
    wait = wait_of(ASKED, CHINA)
    assert wait is not None
    return wait


@pytest.mark.parametrize("decide", [withdraw, ask, answer, refuse])
def test_who_has_seen_an_older_version_is_refused_and_who_has_seen_this_one_is_not(decide: Any) -> None:
    with pytest.raises(StaleVersion):
        decide(expected_version=0)
    assert decide(expected_version=1).case.version == 2


# 撤回


@pytest.mark.parametrize("case", [REPORTED, ASKED])
def test_the_reporter_withdraws_what_is_not_classified_yet(case: Case) -> None:
    decided = withdraw(case)
    assert (decided.case.state, decided.case.aside_at) == (State.CANCELLED, LATER)
    assert decided.case.cancelled_for is CancelCause.WITHDRAWN
    (event,) = decided.events
    assert isinstance(event, CaseCancelled)
    assert event.cause is CancelCause.WITHDRAWN
    assert decided.entries[0].detail == {"cause": "withdrawn"}


@pytest.mark.parametrize("by", [NEIGHBOUR, DISPATCHER, WORKER, CLERK, SYSTEM])
def test_nobody_else_withdraws_and_nobody_an_anonymous_case(by: Principal) -> None:
    with pytest.raises(Forbidden):
        withdraw(by=by)
    with pytest.raises(Forbidden):
        withdraw(reported(category=None, anonymous=True).case)


# 请上报人补充


def test_a_question_waits_two_working_days_for_its_answer() -> None:
    decided = ask()
    assert (decided.case.state, decided.case.question) == (State.AWAITING_REPORTER, QUESTION)
    (event,) = decided.events
    assert isinstance(event, CaseReporterAsked)
    assert event.due_at == DUE
    assert decided.entries[0].detail == {"question": QUESTION, "due_at": DUE.isoformat()}
    assert QUESTION not in repr(decided.events)


def test_a_second_question_takes_the_place_of_the_first_and_of_its_answer() -> None:
    again = ask(answer().case, question="请问是东侧的还是西侧的那一盏？").case
    assert (again.question, again.answer) == ("请问是东侧的还是西侧的那一盏？", None)


def test_nobody_can_be_asked_about_an_anonymous_case() -> None:
    with pytest.raises(ReporterUnknown) as refused:
        ask(reported(category=None, anonymous=True).case)
    assert refused.value.code == "reporter_unknown"


@pytest.mark.parametrize(
    ("question", "refusal"), [("哪一盏？", TextTooShort), ("灯" * 2001, TextTooLong), ("\0" * 20, Invalid)]
)
def test_a_question_has_10_to_2000_characters(question: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        ask(question=question)


# 上报人补充


def test_an_answer_takes_the_case_back_to_be_classified() -> None:
    decided = answer(evidence=(a_photo("which"),))
    assert (decided.case.state, decided.case.answer) == (State.REPORTED, ANSWER)
    assert [each.stage for each in decided.case.documents] == ["report"]
    (event,) = decided.events
    assert isinstance(event, CaseReporterAnswered)
    assert event.evidence == (a_photo("which"),)
    assert decided.entries[0].detail == {"answer": ANSWER}
    assert ANSWER not in repr(decided.events)


@pytest.mark.parametrize(("text", "shown"), [("", 1), ("东侧", 1), ("灯" * 10, 0), ("灯" * 2000, 1)])
def test_an_answer_is_10_characters_or_an_attachment(text: str, shown: int) -> None:
    evidence = tuple(a_photo(f"photo {number}") for number in range(shown))
    assert answer(text=text, evidence=evidence).case.state is State.REPORTED


@pytest.mark.parametrize(
    ("text", "shown", "refusal"),
    [("", 0, TextTooShort), ("灯" * 9, 0, TextTooShort), ("灯" * 2001, 1, TextTooLong)],
)
def test_less_is_no_answer_and_more_is_too_much(text: str, shown: int, refusal: type[Refusal]) -> None:
    evidence = tuple(a_photo(f"photo {number}") for number in range(shown))
    with pytest.raises(refusal):
        answer(text=text, evidence=evidence)


def test_an_attachment_that_the_case_has_already_answers_nothing() -> None:
    known = reported(category=None, evidence=(a_photo("before"),)).case.documents
    with pytest.raises(TextTooShort):
        answer(a_case(state=State.AWAITING_REPORTER, documents=known), text="", evidence=(a_photo("before"),))


@pytest.mark.parametrize("by", [NEIGHBOUR, DISPATCHER, WORKER])
def test_only_the_reporter_answers(by: Principal) -> None:
    with pytest.raises(Forbidden):
        answer(by=by)


# 逾期未补充


def test_what_nobody_answers_is_given_up_from_the_first_overdue_moment() -> None:
    assert sorting.give_up(ASKED, a_wait(), now=DUE) is None
    decided = sorting.give_up(ASKED, a_wait(), now=DUE + timedelta(microseconds=1))
    assert decided is not None
    assert (decided.case.state, decided.case.cancelled_for) == (State.CANCELLED, CancelCause.NO_ANSWER)
    (event,) = decided.events
    assert isinstance(event, CaseCancelled)
    assert event.cause is CancelCause.NO_ANSWER
    assert (decided.entries[0].kind, decided.entries[0].role) == ("timer", "system")


def test_a_late_answer_counts_until_it_is_given_up() -> None:
    decided = sorting.answer_question(ASKED, an_answer(), RESIDENT, now=DUE + timedelta(days=1))
    assert decided.case.state is State.REPORTED


# 不予受理


def test_a_refusal_names_the_reason_and_the_lawful_channel() -> None:
    decided = refuse()
    case = decided.case
    assert (case.state, case.aside_at) == (State.REFUSED, LATER)
    assert (case.refusal, case.lawful_channel) == (RefusalReason.IN_COURT, LawfulChannel.COURT)
    (event,) = decided.events
    assert isinstance(event, CaseRefused)
    assert (event.reason, event.channel) == (RefusalReason.IN_COURT, LawfulChannel.COURT)
    assert decided.entries[0].detail == {"reason": "in_court", "channel": "court"}


@pytest.mark.parametrize("decide", [ask, refuse])
def test_only_the_dispatcher_asks_and_refuses(decide: Any) -> None:
    for by in (RESIDENT, WORKER, CLERK, SYSTEM):
        with pytest.raises(Forbidden):
            decide(by=by)
    assert decide().entries[0].actor == an_id("dispatcher")
