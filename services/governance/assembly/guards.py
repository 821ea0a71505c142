"""What has to be so before a step of an assembly is taken. Pure."""

from datetime import datetime, timedelta

import msgspec

from services.governance.assembly.assembly import AgendaPoint, Assembly
from services.governance.assembly.errors import (
    CountedBefore,
    NoticeTooShort,
    NotPassed,
    ObjectionsOpen,
    PointsOpen,
    QuorumMissed,
    TooEarly,
    TooLate,
)
from services.governance.rule.deciding import is_valid
from services.governance.rule.rules import rule_of


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards look at; `held_at` is when it is to be held, `point` what a step is about."""

    now: datetime
    assembly: Assembly | None = None
    held_at: datetime | None = None
    notice_days: int = 0
    point: AgendaPoint | None = None

    @property
    def its(self) -> Assembly:
        """The assembly, where there is one."""
        assert self.assembly is not None, "a step of an assembly has its assembly"
        return self.assembly


def announced_in_time(facts: Facts) -> None:
    """The rule's days of notice lie before it, and it lies ahead."""
    assert facts.held_at is not None, "a notice says when"
    if facts.held_at <= facts.now or facts.held_at < facts.now + timedelta(days=facts.notice_days):
        raise NoticeTooShort(at_least=facts.notice_days, field="held_at")


def its_time_has_come(facts: Facts) -> None:
    """It opens no earlier than was announced."""
    if facts.now < facts.its.held_at:
        raise TooEarly


def quorum(facts: Facts) -> None:
    """Enough are there by the rule that it is bound to."""
    if facts.its.present is None:
        raise QuorumMissed(decided_by="nobody was counted")
    outcome = is_valid(rule_of(facts.its.rule), facts.its.counted)
    if not outcome.valid:
        raise QuorumMissed(decided_by=outcome.decided_by)


def not_counted_before(facts: Facts) -> None:
    """The hands of a point are counted once."""
    if facts.point is not None and facts.point.passed is not None:
        raise CountedBefore


def every_point_counted(facts: Facts) -> None:
    """The hands of every point are counted."""
    missing = sum(each.passed is None for each in facts.its.agenda)
    if missing:
        raise PointsOpen(points_open=missing)


def published_long_enough(facts: Facts) -> None:
    """The result was published for as many days as the rule says."""
    until = facts.its.certifiable_from
    if until is None or facts.now < until:
        raise TooEarly


def while_published(facts: Facts) -> None:
    """The days of publication have not passed."""
    until = facts.its.certifiable_from
    if until is None or facts.now >= until:
        raise TooLate


def every_objection_answered(facts: Facts) -> None:
    """Every objection has its answer."""
    unanswered = sum(each.answer is None for each in facts.its.objections)
    if unanswered:
        raise ObjectionsOpen(objections_open=unanswered)


def has_passed(facts: Facts) -> None:
    """The point has passed."""
    if facts.point is None or not facts.point.passed:
        raise NotPassed


def not_dispatched_before(facts: Facts) -> None:
    """A resolution makes its work once."""
    if facts.point is not None and facts.point.dispatched:
        raise CountedBefore
