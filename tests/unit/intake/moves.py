"""One move for every step that a case can take, as it is usually asked."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from contracts.events.dispatch import WorkOrderEvent, WorkOrderOffered
from services.intake.case import archiving, checking, heard, merging, sorting, visiting
from services.intake.case.case import Case, Decided, Entry
from services.intake.case.lifecycle import Step
from services.intake.case.merging import Side
from services.intake.case.waiting import Wait
from tests.unit.chassis.calendars import CHINA
from tests.unit.intake.asked import (
    a_certification,
    a_failed_check,
    a_merging,
    a_question,
    a_refusal,
    a_reopening,
    a_withdrawal,
    an_answer,
    an_attempt,
    an_unreachable,
)
from tests.unit.intake.builders import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    INSPECTOR,
    RESIDENT,
    WORKER,
    a_bad_answer,
    a_check,
    a_decline,
    a_fact,
    a_good_answer,
    a_photo,
    an_adoption,
    an_id,
)
from tests.unit.intake.test_case_reporting import classify

ORDERS = {step: kind for kind, step in heard.ORDER_STEPS.items()}


class Going(Protocol):
    """A case on its way; `entries` is its whole life, `wait` what limits its state."""

    case: Case
    entries: tuple[Entry, ...]
    wait: Wait | None
    master: Case
    clock: datetime

    def a_photo(self) -> str: ...


Move = Callable[[Going], Decided | None]


def order(life: Going, kind: type[WorkOrderEvent], **fields: object) -> Decided:
    fact = a_fact(kind, life.case, at=life.clock, **fields)
    return heard.order_moved(life.case, fact, now=life.clock)


def offered(life: Going) -> Decided:
    """Return the offer of this cycle's first order, or of the next after that was given back."""
    fields = {} if life.case.order_id is not None else {"order_id": an_id(f"order at {life.clock}")}
    return order(life, WorkOrderOffered, **fields)


def passed(life: Going) -> Decided:
    asked = a_check(evidence=(a_photo(life.a_photo()),))
    return checking.pass_check(life.case, asked, WORKER, now=life.clock)


def failed(life: Going) -> Decided:
    asked = a_failed_check(evidence=(a_photo(life.a_photo()),))
    return checking.fail_check(life.case, asked, WORKER, now=life.clock)


def asked_back(life: Going) -> Decided:
    return sorting.ask_reporter(life.case, a_question(), DISPATCHER, CHINA, now=life.clock)


def gave_up(life: Going) -> Decided | None:
    return None if life.wait is None else sorting.give_up(life.case, life.wait, now=life.clock)


def merged(life: Going) -> Decided:
    sides = (Side(life.case, ()), Side(life.master, ()))
    return merging.merge(*sides, a_merging(), DISPATCHER, now=life.clock).decided


def archived(life: Going) -> Decided | None:
    salt, entries = bytes(32), life.entries
    # Now the one, now the other.
    if life.clock.hour % 2:
        return archiving.archive_rested(life.case, entries, salt=salt, now=life.clock)
    return archiving.archive(life.case, entries, ARCHIVIST, expected_version=None, salt=salt, now=life.clock)


def reopened(life: Going) -> Decided:
    return visiting.reopen(life.case, a_reopening(), INSPECTOR, now=life.clock)


MOVES: dict[Step, Move] = {
    **{step: lambda life, kind=kind: order(life, kind) for step, kind in ORDERS.items()},
    Step.ORDER_OFFERED: offered,
    Step.WITHDRAW: lambda life: sorting.withdraw(life.case, a_withdrawal(), RESIDENT, now=life.clock),
    Step.ASK_REPORTER: asked_back,
    Step.ANSWER_QUESTION: lambda life: sorting.answer_question(
        life.case, an_answer(), RESIDENT, now=life.clock
    ),
    Step.GIVE_UP: gave_up,
    Step.MERGE: merged,
    Step.REFUSE: lambda life: sorting.refuse(life.case, a_refusal(), DISPATCHER, now=life.clock),
    Step.CLASSIFY: lambda life: classify(life.case, now=life.clock),
    Step.PASS_CHECK: passed,
    Step.FAIL_CHECK: failed,
    Step.RECORD_ATTEMPT: lambda life: visiting.record_attempt(
        life.case, an_attempt(at=life.clock), CLERK, now=life.clock
    ),
    Step.RECORD_SATISFIED: lambda life: visiting.record_satisfied(
        life.case, a_good_answer(), CLERK, now=life.clock
    ),
    Step.RECORD_UNREACHABLE: lambda life: visiting.record_unreachable(
        life.case, an_unreachable(), CLERK, now=life.clock
    ),
    Step.RECORD_DISSATISFIED: lambda life: visiting.record_dissatisfied(
        life.case, a_bad_answer(), CLERK, now=life.clock
    ),
    Step.RESOLUTION_ADOPTED: lambda life: heard.resolution_adopted(
        life.case, an_adoption(life.case), now=life.clock
    ),
    Step.RESOLUTION_DECLINED: lambda life: heard.resolution_declined(
        life.case, a_decline(life.case), now=life.clock
    ),
    Step.RESOLUTION_CERTIFIED: lambda life: heard.certified_again(
        life.case, a_certification(), now=life.clock
    ),
    Step.REOPEN: reopened,
    Step.ARCHIVE: archived,
}
