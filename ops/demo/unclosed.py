"""The ways in which a case is still open when the half-year is over, or never goes round. Pure."""

from collections.abc import Callable
from datetime import date

from contracts.vocabulary import SuspensionReason
from ops.demo import steps
from ops.demo.acts import End
from ops.demo.courses import (
    Course,
    answered,
    begun,
    given_more_time,
    instead_of,
    of_days,
    put_away,
    rounds,
    stopped,
    tried,
)
from ops.demo.days import BEGIN, END
from ops.demo.life import Life

_AUTUMN = (date(2012, 9, 20), END)
_LATELY = (date(2012, 11, 12), END)
# Who is asked now need not have answered yet.
_THE_LAST_DAYS = (date(2012, 11, 29), END)
# A review is thirty days ahead at most, and these lie behind the end.
_SINCE_NOVEMBER = (date(2012, 11, 6), date(2012, 11, 26))
_REVIEWED_AFTER_DAYS = (26, 29)
_LONG_AGO = (BEGIN, date(2012, 10, 20))
_LONG_ENOUGH = (BEGIN, date(2012, 11, 20))


def _working(life: Life) -> None:
    begun(life)
    steps.sign(life)


def _extended(life: Life) -> None:
    begun(life)
    steps.sign(life)
    given_more_time(life)


def _returned(life: Life) -> None:
    begun(life)
    steps.return_(life, instead_of(life.lead))


def _recalled(life: Life) -> None:
    begun(life)
    steps.sign(life)
    steps.recall(life)


def _suspended(reason: SuspensionReason) -> Callable[[Life], None]:
    def lives(life: Life) -> None:
        begun(life)
        steps.sign(life)
        stopped(life, _REVIEWED_AFTER_DAYS, reason)

    return lives


def _unchecked(life: Life) -> None:
    begun(life)
    answered(life)


def _unvisited(life: Life) -> None:
    begun(life)
    answered(life)
    steps.pass_check(life)


def _tried(life: Life) -> None:
    _unvisited(life)
    tried(life, 2)


def _reworking(life: Life) -> None:
    begun(life)
    answered(life)
    steps.fail_check(life)
    steps.sign(life)


def _dissatisfied(life: Life) -> None:
    begun(life)
    rounds(life, 1)
    steps.sign(life)


def _before_the_conference(life: Life) -> None:
    begun(life)
    rounds(life, 3)


def _asked(life: Life) -> None:
    steps.report(life)
    steps.ask(life)


def _settled_on_spot(life: Life) -> None:
    steps.settle_on_spot(life)
    put_away(life)


def _withdrawn(life: Life) -> None:
    steps.report(life)
    steps.withdraw(life)


def _refused(life: Life) -> None:
    steps.report(life)
    steps.refuse(life)


COURSES: dict[str, Course] = {
    each.name: each
    for each in (
        Course("unsorted", steps.report, named=False, end=End.OPEN, within=_THE_LAST_DAYS),
        Course("unanswered", _asked, named=False, end=End.OPEN, within=_THE_LAST_DAYS),
        Course("unsigned", begun, end=End.OPEN, within=_LATELY),
        Course("in progress", _working, end=End.OPEN, within=_AUTUMN),
        Course("given more time", _extended, of_days(3), end=End.OPEN, within=_AUTUMN),
        Course("returned still", _returned, end=End.OPEN, within=_LATELY),
        Course("recalled still", _recalled, of_days(1), end=End.OPEN, within=_LATELY),
        Course(
            "suspended for the season",
            _suspended(SuspensionReason.SEASON),
            of_days(5),
            end=End.OPEN,
            within=_SINCE_NOVEMBER,
        ),
        Course(
            "suspended by a court",
            _suspended(SuspensionReason.COURT),
            of_days(5),
            end=End.OPEN,
            within=_SINCE_NOVEMBER,
        ),
        Course(
            "suspended for money",
            _suspended(SuspensionReason.BUDGET),
            of_days(5),
            end=End.OPEN,
            within=_SINCE_NOVEMBER,
        ),
        Course("unchecked", _unchecked, end=End.OPEN, within=_LATELY),
        Course("unvisited", _unvisited, end=End.OPEN, within=_LATELY),
        Course("not reached", _tried, end=End.OPEN, within=_LATELY),
        Course("worked at again", _reworking, end=End.OPEN, within=_AUTUMN),
        Course("dissatisfied still", _dissatisfied, end=End.OPEN, within=_AUTUMN),
        Course("before the conference", _before_the_conference, end=End.OPEN, within=_LONG_AGO),
        Course("settled on the spot", _settled_on_spot),
        Course("withdrawn", _withdrawn, named=False, end=End.ASIDE),
        Course("given up", _asked, named=False, end=End.ASIDE, within=_LONG_ENOUGH),
        Course("refused", _refused, named=False, end=End.ASIDE),
    )
}
