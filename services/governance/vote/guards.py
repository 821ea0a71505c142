"""The guards of a vote's life: which row applies, and what a step needs. Pure.

A *choice* tells whether a row applies among those of one source and step; a *need* raises the
refusal that names what is not fulfilled. Days are the bound rule's, each of 24 hours.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from contracts.commands.rules import DecisionRule, Subject
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.roll.roll import for_whom
from services.governance.vote.errors import (
    AnsweredBefore,
    DayNotOver,
    InFuture,
    ModeUnfit,
    NothingDecided,
    NotRepeatable,
    NotYetStudied,
    ObjectionsOpen,
    ObjectionUpheld,
    RollDiffers,
    RollUnderWay,
    RuleUnfit,
    TimesNotInOrder,
    TooEarly,
    TooFewElectors,
    TooLate,
    UnknownCategory,
    UnknownGrid,
)
from services.governance.vote.facts import Facts

FEWEST_ELECTORS = 10
# What a vote may be held again after: nothing was decided, or what was decided does not count.
_REPEATABLE = frozenset({"failed_quorum", "rejected", "voided"})


def always(facts: Facts) -> bool:  # noqa: ARG001 - a choice
    """Always."""
    return True


def roll_complete(facts: Facts) -> bool:
    """All chunks of the roll have come, and are what they say."""
    return facts.roll is not None and facts.roll.complete


def opening_due(facts: Facts) -> bool:
    """The announced opening has come."""
    return facts.opens_at is not None and facts.opens_at <= facts.now


def _end_passed(facts: Facts) -> bool:
    return facts.closes_at is not None and facts.closes_at <= facts.now


def extension_due(facts: Facts) -> bool:
    """The announced end has come, too few have taken part, and an extension was announced."""
    return _end_passed(facts) and not facts.quorum_met and facts.extended_until is not None


def closing_due(facts: Facts) -> bool:
    """The announced end has come."""
    return _end_passed(facts)


def valid(facts: Facts) -> bool:
    """Enough have taken part."""
    return facts.outcome is not None and facts.outcome.valid


def not_valid(facts: Facts) -> bool:
    """Too few have taken part: nothing is decided."""
    return not valid(facts)


def passed(facts: Facts) -> bool:
    """The result is that it has passed."""
    return facts.outcome is not None and facts.outcome.passed is True


def not_passed(facts: Facts) -> bool:
    """The result is that it has not passed."""
    return not passed(facts)


def repeats_what_failed(facts: Facts) -> None:
    """Where it is held again, the vote before decided nothing. Raises: NotRepeatable."""
    if facts.repeats is not None and facts.repeats not in _REPEATABLE:
        raise NotRepeatable("that vote stands")


def weighed_openly(facts: Facts) -> None:
    """What is weighed by area is cast openly: a secret ballot has no weight. Raises: ModeUnfit."""
    if facts.roll_kind is RollKind.OWNERS and facts.mode is BallotMode.SECRET:
        raise ModeUnfit("owners vote openly, by area", field="mode")


def elects_secretly(facts: Facts) -> None:
    """Who is elected or recalled is decided by secret ballot 无记名投票. Raises: ModeUnfit.

    The house's own rule: nobody answers to a committee for how they voted on it.
    """
    if facts.subject is not Subject.QUESTION and facts.mode is BallotMode.OPEN:
        raise ModeUnfit("elections and recalls are secret", field="mode")


def not_in_future(facts: Facts) -> None:
    """It has happened by now. Raises: InFuture."""
    if facts.on is None or facts.on > facts.today:
        raise InFuture(field="studied_on")


def studied_where_important(facts: Facts) -> None:
    """An important matter was studied by the Party organisation (2026, article 30). Raises: NotYetStudied."""
    if facts.important:
        raise NotYetStudied


def rule_fits(facts: Facts) -> None:
    """The rule is in force, for this subject and these electors. Raises: RuleUnfit."""
    rule = facts.rule
    if rule is None or not facts.rule_in_force:
        raise RuleUnfit("not in force", field="rule")
    if rule.subject is not facts.subject:
        raise RuleUnfit(f"for {rule.subject}", field="subject")
    if facts.roll_kind is None or facts.roll_kind.value not in {each.value for each in rule.electorates}:
        raise RuleUnfit(for_whom(rule), field="roll_kind")


def day_is_over(facts: Facts) -> None:
    """The roll is made as of today or a day before. Raises: DayNotOver."""
    if facts.on is None or facts.on > facts.today:
        raise DayNotOver("not a day to come", field="as_of")


def roll_faulty(facts: Facts) -> None:
    """What was answered cannot be used. Raises: RollUnderWay."""
    if facts.roll is not None and facts.roll.fault is None:
        raise RollUnderWay("it is still being answered")


def roll_may_be_objected_to(facts: Facts) -> None:
    """The days in which the roll can be objected to are not over. Raises: TooLate."""
    days = _rule(facts).objection_days
    if days and _shown_at(facts) + timedelta(days=days) <= facts.now:
        raise TooLate(until=_said(_shown_at(facts) + timedelta(days=days)))


def result_may_be_objected_to(facts: Facts) -> None:
    """The days in which the result is published are not over. Raises: TooLate."""
    until = _published_at(facts) + timedelta(days=_rule(facts).publication_days)
    if until <= facts.now:
        raise TooLate(until=_said(until))


def not_answered_before(facts: Facts) -> None:
    """The objection has no answer yet. Raises: AnsweredBefore."""
    if facts.answered:
        raise AnsweredBefore


def objections_to_roll_over(facts: Facts) -> None:
    """The days in which the roll can be objected to are over. Raises: TooEarly."""
    _not_before(_shown_at(facts) + timedelta(days=_rule(facts).objection_days), facts.now)


def objections_answered(facts: Facts) -> None:
    """Every objection has its answer. Raises: ObjectionsOpen."""
    if facts.open_objections:
        raise ObjectionsOpen(number=facts.open_objections)


def roll_corrected(facts: Facts) -> None:
    """After an objection that was upheld the roll was made anew. Raises: ObjectionUpheld."""
    if facts.upheld_at is not None and (facts.roll is None or facts.roll.requested_at <= facts.upheld_at):
        raise ObjectionUpheld("the roll is made anew first")


def recounted(facts: Facts) -> None:
    """After an objection that was upheld the votes were counted again. Raises: ObjectionUpheld."""
    if facts.upheld_at is not None and (facts.counted_at is None or facts.counted_at <= facts.upheld_at):
        raise ObjectionUpheld("the votes are counted again first")


def roll_whole(facts: Facts) -> None:
    """Count, area and root are those of the entries. Raises: RollDiffers."""
    if facts.difference is not None:
        raise RollDiffers(field=facts.difference)


def enough_for_secrecy(facts: Facts) -> None:
    """The roll of a secret vote has ten entries at least. Raises: TooFewElectors."""
    if facts.mode is BallotMode.SECRET and facts.entitlements < FEWEST_ELECTORS:
        raise TooFewElectors(at_least=FEWEST_ELECTORS)


def times_in_order(facts: Facts) -> None:
    """Now, opening, end and extended end follow each other. Raises: TimesNotInOrder."""
    times = [facts.now, facts.opens_at, facts.closes_at]
    if facts.extended_until is not None:
        times.append(facts.extended_until)
    known = [time for time in times if time is not None]
    if any(later <= sooner for sooner, later in pairwise(known)):
        raise TimesNotInOrder("opens_at, closes_at and extended_until follow each other", field="closes_at")


def noticed_early_enough(facts: Facts) -> None:
    """It opens the notice days of the rule from now at the earliest. Raises: TooEarly."""
    opens_at = facts.now if facts.opens_at is None else facts.opens_at
    _not_before(facts.now + timedelta(days=_rule(facts).notice_days), opens_at)


def roll_shown_long_enough(facts: Facts) -> None:
    """It opens the roll days of the rule after the roll was published at the earliest. Raises: TooEarly."""
    opens_at = facts.now if facts.opens_at is None else facts.opens_at
    _not_before(_shown_at(facts) + timedelta(days=_rule(facts).roll_days), opens_at)


def published_long_enough(facts: Facts) -> None:
    """The result was published for the days of the rule. Raises: TooEarly."""
    _not_before(_published_at(facts) + timedelta(days=_rule(facts).publication_days), facts.now)


def items_known(facts: Facts) -> None:
    """Grids and categories of the work items are in force. Raises: UnknownGrid, UnknownCategory."""
    for grid in facts.unknown_grids:
        raise UnknownGrid(grid=grid)
    for category in facts.unknown_categories:
        raise UnknownCategory(category=category)


def nothing_to_do(facts: Facts) -> None:
    """What has not passed names no work items. Raises: NothingDecided."""
    if facts.items:
        raise NothingDecided


def _not_before(earliest: datetime, at: datetime) -> None:
    if at < earliest:
        raise TooEarly(not_before=_said(earliest))


def _said(at: datetime) -> str:
    return at.isoformat()


def _rule(facts: Facts) -> DecisionRule:
    assert facts.rule is not None, "from binding on a vote has its rule"
    return facts.rule


def _shown_at(facts: Facts) -> datetime:
    assert facts.roll is not None, "a published roll is there"
    return facts.roll.requested_at if facts.roll.answered_at is None else facts.roll.answered_at


def _published_at(facts: Facts) -> datetime:
    return facts.now if facts.published_at is None else facts.published_at
