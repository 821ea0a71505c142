from datetime import timedelta
from typing import Any
from uuid import uuid1, uuid4

import pytest

from chassis.principal import the_system
from chassis.refusal import Forbidden
from contracts.commands.votes import BallotMode, CastBallot, Standing
from services.governance.vote.casting import Cast, Channel, OpenBallot, Participation, cast
from services.governance.vote.errors import BallotUnfit, NotOnRoll, NotOpen, Participated, UnknownOption
from services.governance.vote.lifecycle import CASTING, State
from services.governance.vote.vote import Vote
from tests.unit.governance.a_vote import VOTE, a_ballot, a_vote, elector, entitlement, entries
from tests.unit.governance.builders import NOW

OWN, FOREIGN = entries(2, area=8_000)
SHARED = entries(1, area=8_000, electors=3)[0]
MOMENT = timedelta(microseconds=1)


def take(vote: Vote | None = None, asked: CastBallot | None = None, **changes: Any) -> Cast:
    given: dict[str, Any] = {"used": None, "before": (), "now": NOW, "by": elector(0), "entry": OWN}
    given |= changes
    by, entry = given.pop("by"), given.pop("entry")
    return cast(vote or a_vote(), entry, asked or a_ballot(0), by, **given)


def named(taken: Cast) -> OpenBallot:
    assert taken.named is not None
    return taken.named


def used(channel: Channel = Channel.ONLINE) -> Participation:
    return Participation(VOTE, entitlement(0), channel)


def test_a_secret_ballot_knows_neither_entitlement_nor_area_nor_time() -> None:
    taken = take(asked=a_ballot(0, "no", nonce="a" * 64))
    assert taken.secret is not None
    assert (taken.secret.choice, taken.secret.nonce) == (("no",), "a" * 64)
    assert (taken.secret.entitlement_id, taken.secret.area_hundredths_m2) == (None, 0)
    assert taken.participation == used()
    assert (taken.named, taken.standing) == (None, Standing.COUNTED)


def test_an_open_ballot_names_its_entitlement_and_weighs_its_area() -> None:
    taken = take(a_vote(mode=BallotMode.OPEN))
    assert taken.secret is None
    ballot = named(taken).ballot
    assert (ballot.entitlement_id, ballot.area_hundredths_m2) == (entitlement(0), 8_000)
    assert taken.participation == used()


@pytest.mark.parametrize("state", sorted(set(State) - CASTING))
def test_in_any_other_state_nothing_is_taken(state: State) -> None:
    with pytest.raises(NotOpen):
        take(a_vote(state))


@pytest.mark.parametrize("state", sorted(CASTING))
def test_the_clock_decides_and_not_whether_the_timer_has_come(state: State) -> None:
    opens_at, closes_at = NOW, NOW + timedelta(hours=1)
    vote = a_vote(state, opens_at=opens_at, closes_at=closes_at)
    for now in (opens_at - MOMENT, closes_at, closes_at + MOMENT):
        with pytest.raises(NotOpen) as refused:
            take(vote, now=now)
        assert refused.value.fields["opens_at"] == opens_at.isoformat()
    for now in (opens_at, closes_at - MOMENT):
        assert take(vote, now=now).standing is Standing.COUNTED


@pytest.mark.parametrize("entry", [None, FOREIGN])
def test_only_an_elector_of_the_entitlement_uses_it(entry: Any) -> None:
    with pytest.raises(NotOnRoll):
        take(entry=entry)


def test_only_an_account_votes() -> None:
    with pytest.raises(Forbidden):
        take(by=the_system())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ballot_id": uuid1()}, "ballot_id"),
        ({"nonce": "a" * 63}, "nonce"),
        ({"nonce": "A" * 64}, "nonce"),
        ({"nonce": "a" * 64 + "\n"}, "nonce"),
        ({"nonce": ""}, "nonce"),
    ],
)
def test_a_ballot_whose_receipt_could_not_be_made_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BallotUnfit) as refused:
        take(asked=a_ballot(0, **change))
    assert refused.value.fields == {"field": field}


@pytest.mark.parametrize("choice", [(), ("maybe",), ("yes", "no"), ("yes", "yes"), ("YES",)])
def test_a_choice_is_one_of_the_options(choice: tuple[str, ...]) -> None:
    with pytest.raises(UnknownOption):
        take(asked=a_ballot(0, choice=choice))


def test_where_there_are_several_seats_as_many_may_be_chosen_each_once() -> None:
    vote = a_vote(options=("a", "b", "c"), seats=2)
    assert take(vote, a_ballot(0, choice=("c", "a"))).standing is Standing.COUNTED
    for choice in (("a", "b", "c"), ("a", "a")):
        with pytest.raises(UnknownOption):
            take(vote, a_ballot(0, choice=choice))


@pytest.mark.parametrize("choice", ["yes", "no"])
def test_a_second_secret_ballot_is_refused_whatever_it_says(choice: str) -> None:
    with pytest.raises(Participated):
        take(asked=a_ballot(0, choice), used=used())


def second(
    choice: str, *, by: int, before: tuple[OpenBallot, ...], channel: Channel = Channel.ONLINE
) -> Cast:
    vote = a_vote(mode=BallotMode.OPEN)
    used_by = used(channel)
    return take(vote, a_ballot(0, choice), by=elector(by), entry=SHARED, used=used_by, before=before)


def test_co_owners_who_contradict_each_other_are_quarantined() -> None:
    first = take(a_vote(mode=BallotMode.OPEN), a_ballot(0, "yes"), entry=SHARED)
    other = second("no", by=1000, before=(named(first),))
    assert (other.standing, other.participation) == (Standing.QUARANTINED, None)
    assert (named(first).conflicting, named(other).conflicting) == (False, True)
    for choice in ("yes", "no", "abstain"):
        with pytest.raises(Participated):
            second(choice, by=2000, before=(named(first), named(other)))


def test_a_co_owner_who_says_the_same_has_taken_part_already() -> None:
    first = take(a_vote(mode=BallotMode.OPEN), a_ballot(0, "yes"), entry=SHARED)
    with pytest.raises(Participated):
        second("yes", by=1000, before=(named(first),))


def test_nobody_contradicts_himself_into_quarantine() -> None:
    first = take(a_vote(mode=BallotMode.OPEN), a_ballot(0, "yes"), entry=SHARED)
    with pytest.raises(Participated):
        second("no", by=0, before=(named(first),))


def test_a_paper_that_came_first_stands() -> None:
    first = take(a_vote(mode=BallotMode.OPEN), a_ballot(0, "yes", ballot_id=uuid4()), entry=SHARED)
    with pytest.raises(Participated):
        second("no", by=1000, before=(named(first),), channel=Channel.PAPER)
