"""Why a vote does not do what is asked: one class a cause, each with its public code. Pure."""

from typing import ClassVar

from chassis.refusal import Refusal


class VoteRefusal(Refusal):
    """The root of what a vote refuses."""


class IllegalTransition(VoteRefusal):
    """This step is not possible in this state; `state` is `-` where there is no vote yet."""

    code: ClassVar[str] = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class VoteExists(VoteRefusal):
    """A vote was drafted under this id."""

    code: ClassVar[str] = "conflict"


class UnknownVote(VoteRefusal):
    """There is no such vote."""

    code: ClassVar[str] = "not_found"


class UnknownObjection(VoteRefusal):
    """There is no such objection to this vote."""

    code: ClassVar[str] = "not_found"


class UnknownPlace(VoteRefusal):
    """The place is neither a community nor a grid that exists on this day."""

    code: ClassVar[str] = "unknown_place"


class UnknownGrid(VoteRefusal):
    """No grid of this code exists on this day."""

    code: ClassVar[str] = "unknown_grid"


class UnknownCategory(VoteRefusal):
    """No second-level category of this code is in force."""

    code: ClassVar[str] = "unknown_category"


class NotYetStudied(VoteRefusal):
    """An important matter goes to the community's Party organisation first (CN-2026, article 30)."""

    code: ClassVar[str] = "not_studied"


class RuleUnfit(VoteRefusal):
    """The rule is not in force, or not for this subject and these electors; `field` says what differs."""

    code: ClassVar[str] = "rule_unfit"


class ModeUnfit(VoteRefusal):
    """Ballots weighed by area cannot be secret, as an exact area names a flat; elections cannot be open."""

    code: ClassVar[str] = "rule_unfit"


class DayNotOver(VoteRefusal):
    """A roll is made as of a day that has begun; of a later one nobody can know who lives there."""

    code: ClassVar[str] = "invalid"


class RollUnderWay(VoteRefusal):
    """The roll was asked for and is still being answered."""

    code: ClassVar[str] = "roll_under_way"


class RollDiffers(VoteRefusal):
    """Count, area or root of the roll are not those of its entries; `field` says which."""

    code: ClassVar[str] = "roll_differs"


class TooFewElectors(VoteRefusal):
    """In so small a roll a secret ballot would not stay secret; `at_least` says how many it takes."""

    code: ClassVar[str] = "too_few_electors"


class TooEarly(VoteRefusal):
    """The time that the rule allows for something has not passed; `not_before` says when it will have."""

    code: ClassVar[str] = "too_early"


class TooLate(VoteRefusal):
    """The time for it has passed; `until` says when."""

    code: ClassVar[str] = "too_late"


class TimesNotInOrder(VoteRefusal):
    """A vote opens after now, closes after that, and is extended beyond that."""

    code: ClassVar[str] = "invalid"


class ObjectionsOpen(VoteRefusal):
    """Every objection is answered first."""

    code: ClassVar[str] = "objections_open"


class ObjectionUpheld(VoteRefusal):
    """An objection was upheld: the roll is made anew, or the votes are counted again."""

    code: ClassVar[str] = "objection_upheld"


class AnsweredBefore(VoteRefusal):
    """The objection has its answer."""

    code: ClassVar[str] = "already_resolved"


class ObjectionExists(VoteRefusal):
    """An objection was made under this id."""

    code: ClassVar[str] = "conflict"


class NothingDecided(VoteRefusal):
    """What was not passed gives nobody anything to do."""

    code: ClassVar[str] = "nothing_decided"


class NotRepeatable(VoteRefusal):
    """Only a vote that decided nothing can be held again."""

    code: ClassVar[str] = "not_repeatable"


class InFuture(VoteRefusal):
    """It cannot have happened in the future."""

    code: ClassVar[str] = "occurred_in_future"


class NotOpen(VoteRefusal):
    """Ballots are not taken now, by the database's clock; `opens_at` and `closes_at` say when they are."""

    code: ClassVar[str] = "vote_not_open"


class NotOnRoll(VoteRefusal):
    """The entitlement is not on the vote's roll, or not the caller's to use."""

    code: ClassVar[str] = "not_on_roll"


class Participated(VoteRefusal):
    """This entitlement has taken part: there is no second vote."""

    code: ClassVar[str] = "participated"


class BallotUnfit(VoteRefusal):
    """The ballot's id, its nonce or its choice is not of the form that is counted; `field` says which."""

    code: ClassVar[str] = "ballot_unfit"


class UnknownOption(VoteRefusal):
    """The choice names what is no option of this vote, or too many of them."""

    code: ClassVar[str] = "unknown_option"


class BallotExists(VoteRefusal):
    """Another ballot has this id; the client makes a new one."""

    code: ClassVar[str] = "conflict"


class SlipUnfit(VoteRefusal):
    """A secret vote's slip has a number, an open one's an entitlement; `field` says what is not fit."""

    code: ClassVar[str] = "invalid"


class SlipsNotTaken(VoteRefusal):
    """Slips are entered once the vote is over; open ones from its opening on. `state` is where it stands."""

    code: ClassVar[str] = "slips_not_taken"


class TooManySlips(VoteRefusal):
    """There are no more slips than envelopes were handed in; `at_most` says how many."""

    code: ClassVar[str] = "too_many_slips"


class NotHandedIn(VoteRefusal):
    """No envelope of this entitlement was handed in: its paper is void."""

    code: ClassVar[str] = "not_handed_in"


class AnotherClerk(VoteRefusal):
    """Whoever has entered a slip does not enter it again, nor resolve it."""

    code: ClassVar[str] = "another_clerk"


class NotDisputed(VoteRefusal):
    """There are not two entries that differ: nothing is to be resolved, or entered a third time."""

    code: ClassVar[str] = "not_disputed"


class SlipsMissing(VoteRefusal):
    """Every envelope has its settled slip before a count ends; an empty one is an invalid slip."""

    code: ClassVar[str] = "slips_missing"
