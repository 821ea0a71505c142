"""What the courses of a case have in common: how it begins, is worked at, and ends. Pure."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from contracts.vocabulary import SuspensionReason
from ops.demo import steps
from ops.demo.acts import End
from ops.demo.days import BEGIN, DAY, END
from ops.demo.life import Life
from ops.demo.matters import Matter

_LATE = 0.05
_ARCHIVED_BY_HAND = 0.65
# Whom a department names, and the dispatcher chooses, where it is not its own task.
_INSTEAD = {
    "CGJ": "ZJJ",
    "ZJJ": "CGJ",
    "STJ": "CGJ",
    "GAF": "CGJ",
    "XFD": "YJJ",
    "YJJ": "ZJJ",
    "COM": "MZJ",
    "MZJ": "RSJ",
    "RSJ": "MZJ",
    "GRS": "ZJJ",
    "GSS": "ZJJ",
    "SCJ": "CGJ",
    "WJJ": "YBJ",
}
CENTRE = "DDC"


class Course(NamedTuple):
    """A way round the loop. `named` False: it comes without a category, and the dispatcher gives one.

    `within` are the days on which it may begin, the second one not included.
    """

    name: str
    lives: Callable[[Life], None]
    fits: Callable[[Matter], bool] = lambda _: True
    named: bool = True
    anonymous: bool = False
    end: End = End.CLOSED
    within: tuple[date, date] = (BEGIN, END)


def of_days(fewest: int) -> Callable[[Matter], bool]:
    """Give the test that a limit has so many days at least, and nothing is urgent."""
    return lambda matter: not matter.urgent and matter.limit.days >= fewest


def of_days_at_most(most: int) -> Callable[[Matter], bool]:
    """Give the test that a limit has so many days at most."""
    return lambda matter: matter.limit.days <= most


def instead_of(department: str) -> str:
    """Return who is named where this department says that it is not its task."""
    return _INSTEAD.get(department, CENTRE)


def begun(life: Life) -> None:
    """It is reported, and has its category."""
    steps.report(life)
    if not life.about.named:
        steps.classify(life)


def answered(life: Life) -> None:
    """The department signs, works, and hands in its result."""
    steps.sign(life)
    worked(life)


def worked(life: Life) -> None:
    """The department works, now and then too long, and hands in its result."""
    life.wait_for_work(late=life.rng.random() < _LATE)
    steps.complete(life)


def closed(life: Life) -> None:
    """The grid worker looks, the clerk calls, and all are content."""
    steps.pass_check(life)
    steps.satisfied(life)
    put_away(life)


def put_away(life: Life) -> None:
    """The archivist puts it away; what is left goes into the archive by itself, fifteen days later."""
    if life.rng.random() < _ARCHIVED_BY_HAND:
        life.wait_for_office(1, 8)
        if life.slot < len(life.slots):
            steps.archive(life)


def handed_on(life: Life) -> None:
    """退回, 改派."""
    other = instead_of(life.lead)
    steps.return_(life, other)
    steps.redirect(life, other)


def given_more_time(life: Life) -> None:
    """申请延期, 准予延期."""
    days = max(1, life.matter.limit.days // 2)
    steps.ask_extension(life, days)
    steps.grant_extension(life, days)


def stopped(life: Life, days: tuple[int, int], reason: SuspensionReason) -> date:
    """申请挂起, 准予挂起 for about so many days; return the day of the review."""
    until = life.today + life.rng.randint(*days) * DAY
    steps.ask_suspension(life, reason, until)
    steps.grant_suspension(life, until)
    return until


def rounds(life: Life, times: int) -> None:
    """So often it is answered, checked, and nobody is content."""
    for _ in range(times):
        answered(life)
        steps.pass_check(life)
        steps.dissatisfied(life)


def tried(life: Life, times: int) -> None:
    """So often nobody answers a call. Two slots lie on one working day: three of them on two."""
    for _ in range(times):
        life.wait_for_office()
        steps.attempt(life)
