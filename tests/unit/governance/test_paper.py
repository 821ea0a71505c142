"""Papers: who may enter a slip, what counts of two readings, and when nothing is taken."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.refusal import Forbidden, Refusal
from contracts.commands.paper import EnterSlip, HandInPaper, PaperChannel, ResolveSlip, SlipStage
from contracts.commands.votes import BallotMode
from services.governance.vote import paper
from services.governance.vote.casting import Channel, Participation
from services.governance.vote.errors import (
    AnotherClerk,
    NotDisputed,
    NotHandedIn,
    NotOnRoll,
    NotOpen,
    Participated,
    SlipsMissing,
    SlipsNotTaken,
    SlipUnfit,
    TooManySlips,
    UnknownOption,
)
from services.governance.vote.lifecycle import State
from services.governance.vote.paper import Slip
from services.governance.vote.vote import Vote
from tests.unit.governance.a_vote import COMMITTEE, VOTE, a_vote, elector, entitlement, entries
from tests.unit.governance.builders import DISPATCHER, NOW, somebody

FIRST, SECOND, THIRD = (somebody(name, "clerk", community="c01") for name in ("wang", "li", "zhao"))
SCAN, OTHER_SCAN = "ab" * 32, "cd" * 32
CLOSED, OPEN = a_vote(State.CLOSED), a_vote(State.OPEN, mode=BallotMode.OPEN)
HANDED_IN = Participation(VOTE, entitlement(0), Channel.PAPER)
ONLINE = Participation(VOTE, entitlement(0), Channel.ONLINE)


def saying(*choice: str, message: type[Any] = EnterSlip, **changes: Any) -> Any:
    given: dict[str, Any] = {"command_id": uuid4(), "vote_id": VOTE, "scan_sha256": SCAN, "number": 1}
    return message(**{**given, "choice": choice, **changes})


def named(*choice: str, **changes: Any) -> Any:
    return saying(*choice, number=None, entitlement_id=entitlement(0), **changes)


def entered(
    asked: Any,
    by: Any = FIRST,
    *,
    vote: Vote = CLOSED,
    slip: Slip | None = None,
    used: Participation | None = None,
) -> Slip:
    return paper.enter(vote, slip, asked, by, handed_in=3, used=used)


def disputed() -> Slip:
    return entered(saying("no"), SECOND, slip=entered(saying("yes")))


def test_two_clerks_who_read_the_same_settle_a_slip() -> None:
    once = entered(saying("yes"))
    assert (once.stage, once.counted) == (SlipStage.ENTERED_ONCE, None)
    twice = entered(saying("yes"), SECOND, slip=once)
    assert twice.stage is SlipStage.SETTLED
    assert twice.counted is not None
    assert twice.counted.choice == ("yes",)


def test_the_order_in_which_options_are_read_is_no_difference() -> None:
    vote = a_vote(State.CLOSED, options=("a", "b", "c"), seats=2)
    twice = entered(saying("b", "a"), SECOND, vote=vote, slip=entered(saying("a", "b"), vote=vote))
    assert twice.stage is SlipStage.SETTLED


def test_the_same_clerk_does_not_enter_a_slip_twice() -> None:
    with pytest.raises(AnotherClerk):
        entered(saying("yes"), FIRST, slip=entered(saying("yes")))


@pytest.mark.parametrize("other", [saying("no"), saying(), saying("yes", scan_sha256=OTHER_SCAN)])
def test_a_difference_is_for_a_third_clerk_alone(other: EnterSlip) -> None:
    slip = entered(other, SECOND, slip=entered(saying("yes")))
    assert (slip.stage, slip.counted) == (SlipStage.DISPUTED, None)
    for by in (FIRST, SECOND):
        with pytest.raises(AnotherClerk):
            paper.resolve(CLOSED, slip, saying("yes", message=ResolveSlip), by)
    resolved = paper.resolve(CLOSED, slip, saying("abstain", message=ResolveSlip), THIRD)
    assert resolved.stage is SlipStage.SETTLED
    assert resolved.counted is not None
    assert resolved.counted.choice == ("abstain",)


def test_nothing_else_is_resolved_and_nothing_entered_a_third_time() -> None:
    settled = entered(saying("yes"), SECOND, slip=entered(saying("yes")))
    for slip in (None, entered(saying("yes")), settled):
        with pytest.raises(NotDisputed):
            paper.resolve(CLOSED, slip, saying("yes", message=ResolveSlip), THIRD)
    for slip in (settled, disputed()):
        with pytest.raises(NotDisputed):
            entered(saying("no"), THIRD, slip=slip)


def test_a_slip_that_says_nothing_valid_is_entered_as_such() -> None:
    twice = entered(saying(), SECOND, slip=entered(saying()))
    assert twice.counted is not None
    assert twice.counted.choice == ()


@pytest.mark.parametrize(
    ("asked", "vote", "refusal"),
    [
        (saying("maybe"), CLOSED, UnknownOption),
        (saying("yes", "no"), CLOSED, UnknownOption),
        (saying("yes", scan_sha256="AB" * 32), CLOSED, SlipUnfit),
        (saying("yes", scan_sha256=""), CLOSED, SlipUnfit),
        (saying("yes", number=4), CLOSED, TooManySlips),
        (saying("yes", number=0), CLOSED, TooManySlips),
        # Of a secret vote's slip nobody knows the entitlement, of an open one everybody.
        (named("yes"), CLOSED, SlipUnfit),
        (saying("yes", entitlement_id=entitlement(0)), CLOSED, SlipUnfit),
        (saying("yes", number=None), CLOSED, SlipUnfit),
        (saying("yes"), OPEN, SlipUnfit),
    ],
)
def test_what_is_no_slip_of_this_vote_is_refused(
    asked: EnterSlip, vote: Vote, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        entered(asked, vote=vote, used=HANDED_IN)


@pytest.mark.parametrize("state", sorted(set(State) - {State.CLOSED, State.COUNTING}))
def test_a_secret_votes_slips_wait_until_it_is_over(state: State) -> None:
    with pytest.raises(SlipsNotTaken):
        entered(saying("yes"), vote=a_vote(state))


@pytest.mark.parametrize("state", [State.OPEN, State.EXTENDED, State.CLOSED, State.COUNTING])
def test_an_open_votes_slips_are_entered_from_its_opening_on(state: State) -> None:
    slip = entered(named("yes"), vote=a_vote(state, mode=BallotMode.OPEN), used=HANDED_IN)
    assert slip.entitlement_id == entitlement(0)
    with pytest.raises(SlipsNotTaken):
        entered(named("yes"), vote=a_vote(State.PRELIMINARY, mode=BallotMode.OPEN), used=HANDED_IN)


@pytest.mark.parametrize("used", [None, ONLINE])
def test_the_paper_of_who_voted_online_or_handed_nothing_in_is_void(used: Participation | None) -> None:
    with pytest.raises(NotHandedIn):
        entered(named("yes"), vote=OPEN, used=used)


@pytest.mark.parametrize(
    "by", [COMMITTEE, DISPATCHER, elector(0), somebody("neighbour", "clerk", community="c02")]
)
def test_only_the_clerks_of_the_place_enter_papers(by: Any) -> None:
    with pytest.raises(Forbidden):
        entered(saying("yes"), by)
    with pytest.raises(Forbidden):
        paper.resolve(CLOSED, disputed(), saying("yes", message=ResolveSlip), by)
    with pytest.raises(Forbidden):
        handed_in(by)


def handed_in(by: Any = FIRST, **changes: Any) -> Participation:
    given: dict[str, Any] = {"vote": a_vote(), "entry": entries()[0], "used": None, "now": NOW} | changes
    asked = HandInPaper(
        command_id=uuid4(), vote_id=VOTE, entitlement_id=entitlement(0), channel=PaperChannel.COUNTER
    )
    return paper.hand_in(given["vote"], given["entry"], asked, by, used=given["used"], now=given["now"])


def test_whoever_hands_a_paper_in_has_taken_part_by_its_channel() -> None:
    assert handed_in() == Participation(VOTE, entitlement(0), Channel.COUNTER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"used": ONLINE}, Participated),
        ({"used": HANDED_IN}, Participated),
        ({"entry": None}, NotOnRoll),
        ({"now": NOW + timedelta(hours=1)}, NotOpen),
        ({"now": NOW - timedelta(hours=2)}, NotOpen),
        ({"vote": CLOSED}, NotOpen),
    ],
)
def test_the_first_channel_wins_and_nothing_is_handed_in_outside_of_the_time(
    changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        handed_in(**changes)


def test_a_count_ends_when_every_envelope_has_its_slip() -> None:
    paper.refuse_unfinished(handed_in=3, settled=3)
    with pytest.raises(SlipsMissing) as refused:
        paper.refuse_unfinished(handed_in=3, settled=2)
    assert refused.value.fields == {"handed_in": 3, "settled": 2}


def test_a_slips_id_is_always_the_same_and_says_whose_vote_it_is_of() -> None:
    assert paper.slip_id_of(saying("yes")) == paper.slip_id_of(saying("no"))
    assert paper.slip_id_of(saying(number=2)) != paper.slip_id_of(saying())
    assert paper.slip_id_of(saying(vote_id=uuid4())) != paper.slip_id_of(saying())
