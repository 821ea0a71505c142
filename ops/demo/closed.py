"""The courses at whose end a case is closed. Pure."""

from collections.abc import Callable
from datetime import timedelta

from contracts.vocabulary import SuspensionReason
from ops.demo import steps
from ops.demo.courses import (
    CENTRE,
    Course,
    answered,
    begun,
    closed,
    given_more_time,
    handed_on,
    instead_of,
    of_days,
    of_days_at_most,
    put_away,
    rounds,
    stopped,
    tried,
    worked,
)
from ops.demo.days import BEGIN, DAY, END
from ops.demo.life import INSPECTOR, Life

_SUSPENDED_DAYS = (9, 24)
_REASONS = (SuspensionReason.THIRD_PARTY, SuspensionReason.BUDGET, SuspensionReason.HEARING)
_LONG = (BEGIN, END - timedelta(days=30))
_FEW_DAYS = 5


def _straight(life: Life) -> None:
    begun(life)
    answered(life)
    closed(life)


def _anonymous(life: Life) -> None:
    begun(life)
    answered(life)
    steps.pass_check(life)
    put_away(life)


def _returned(life: Life) -> None:
    begun(life)
    handed_on(life)
    answered(life)
    closed(life)


def _returned_twice(life: Life) -> None:
    begun(life)
    handed_on(life)
    steps.return_(life, CENTRE)
    steps.redirect(life, CENTRE)
    answered(life)
    closed(life)


def _recalled(life: Life) -> None:
    begun(life)
    steps.sign(life)
    steps.recall(life)
    steps.redirect(life, instead_of(life.lead))
    answered(life)
    closed(life)


def _extended(life: Life) -> None:
    begun(life)
    steps.sign(life)
    given_more_time(life)
    worked(life)
    closed(life)


def _not_extended(life: Life) -> None:
    begun(life)
    steps.sign(life)
    steps.ask_extension(life, 1)
    steps.deny_extension(life)
    worked(life)
    closed(life)


def _suspended(life: Life) -> None:
    begun(life)
    steps.sign(life)
    until = stopped(life, _SUSPENDED_DAYS, life.rng.choice(_REASONS))
    life.wait_until(until - life.rng.randint(1, 3) * DAY)
    steps.resume(life)
    _soon_done(life)


def _suspended_until(life: Life) -> None:
    begun(life)
    steps.sign(life)
    # The day of the review takes the order up again, by itself.
    life.wait_until(stopped(life, _SUSPENDED_DAYS, life.rng.choice(_REASONS)))
    _soon_done(life)


def _soon_done(life: Life) -> None:
    life.wait_for_office(1, 2)
    steps.complete(life)
    closed(life)


def _not_suspended(life: Life) -> None:
    begun(life)
    steps.sign(life)
    steps.ask_suspension(life, SuspensionReason.THIRD_PARTY, life.today + life.rng.randint(5, 20) * DAY)
    steps.deny_suspension(life)
    worked(life)
    closed(life)


def _reworked(life: Life) -> None:
    begun(life)
    answered(life)
    steps.fail_check(life)
    answered(life)
    closed(life)


def _dissatisfied(times: int) -> Callable[[Life], None]:
    def lives(life: Life) -> None:
        begun(life)
        rounds(life, times)
        answered(life)
        closed(life)

    return lives


def _adopted(life: Life) -> None:
    begun(life)
    rounds(life, 3)
    steps.adopt(life, life.today + 21 * DAY)
    answered(life)
    closed(life)


def _declined(life: Life) -> None:
    begun(life)
    rounds(life, 3)
    steps.decline(life)


def _unreachable(life: Life) -> None:
    begun(life)
    answered(life)
    steps.pass_check(life)
    tried(life, 3)
    steps.unreachable(life)


def _asked(life: Life) -> None:
    steps.report(life)
    steps.ask(life)
    steps.answer(life)
    steps.classify(life)
    answered(life)
    closed(life)


def _together(life: Life) -> None:
    other = instead_of(life.lead)
    steps.report(life)
    steps.classify(life, other)
    steps.sign(life)
    steps.complete_part(life, other)
    worked(life)
    closed(life)


def _alone_after_all(life: Life) -> None:
    other = instead_of(life.lead)
    steps.report(life)
    steps.classify(life, other)
    steps.sign(life)
    steps.excuse_part(life, other)
    worked(life)
    closed(life)


def _reopened(by: str | None = None) -> Callable[[Life], None]:
    def lives(life: Life) -> None:
        begun(life)
        answered(life)
        steps.pass_check(life)
        steps.satisfied(life)
        steps.reopen(life, by or life.about.reporter)
        answered(life)
        closed(life)

    return lives


COURSES: dict[str, Course] = {
    each.name: each
    for each in (
        Course("straight", _straight),
        Course("anonymous", _anonymous, anonymous=True),
        Course("returned", _returned),
        Course("returned twice", _returned_twice, lambda matter: instead_of(matter.department) != CENTRE),
        Course("recalled", _recalled, of_days(1)),
        Course("extended", _extended, of_days(3)),
        Course("not extended", _not_extended, of_days(3)),
        Course("suspended", _suspended, of_days(5)),
        Course("suspended until", _suspended_until, of_days(5)),
        Course("not suspended", _not_suspended, of_days(5)),
        Course("reworked", _reworked),
        Course("dissatisfied", _dissatisfied(1)),
        Course("dissatisfied twice", _dissatisfied(2), within=_LONG),
        Course("adopted", _adopted, of_days_at_most(_FEW_DAYS), within=_LONG),
        Course("declined", _declined, of_days_at_most(_FEW_DAYS), within=_LONG),
        Course("unreachable", _unreachable),
        Course("asked", _asked, named=False),
        Course("together", _together, of_days(1), named=False),
        Course("alone after all", _alone_after_all, of_days(1), named=False),
        Course("reopened", _reopened()),
        Course("reopened by the inspector", _reopened(INSPECTOR)),
    )
}
STRAIGHT = COURSES["straight"]
