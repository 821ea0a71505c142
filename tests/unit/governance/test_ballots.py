"""Receipts, counts, seats and bundles of votes."""

import json
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from services.governance.vote.ballot import Ballot, leaf_of, receipt_of
from services.governance.vote.bundle import (
    MARK,
    bundle,
    digest_of,
    root_of,
    without_ballots,
    written,
)
from services.governance.vote.tally import Total, tally
from tests.support.ballots import (
    DISTRICT,
    KEY,
    YES_NO,
    a_bundle,
    a_secret_vote,
    an_election,
    an_open_vote,
    public_of,
    sign,
)

BALLOT = Ballot(id=UUID("8d3f0c9e-5b1a-4f62-9c77-0a1b2c3d4e5f"), choice=("yes",), nonce="ab" * 32)


def test_a_secret_leaf_names_nobody_and_an_open_one_its_entitlement_and_area() -> None:
    assert leaf_of(BALLOT) == (
        b'{"ballot_id":"8d3f0c9e-5b1a-4f62-9c77-0a1b2c3d4e5f","choice":["yes"],"nonce":"' + b"ab" * 32 + b'"}'
    )
    named = msgspec.structs.replace(BALLOT, entitlement_id=UUID(int=1), area_hundredths_m2=8_950)
    assert json.loads(leaf_of(named)) == {
        **json.loads(leaf_of(BALLOT)),
        "area_hundredths_m2": 8_950,
        "entitlement_id": str(UUID(int=1)),
    }


def test_a_receipt_is_the_hash_of_a_zero_and_the_leaf() -> None:
    assert receipt_of(BALLOT) == sha256(b"\x00" + leaf_of(BALLOT)).hexdigest()


def test_a_count_keeps_abstentions_and_invalid_ones_in_the_whole() -> None:
    closed = a_secret_vote(yes=6, no=2, abstain=1, invalid=1)
    counted = tally(closed.ballots, YES_NO)
    assert [counted.options[each].heads for each in YES_NO] == [6, 2, 1]
    assert (counted.all.heads, counted.invalid.heads) == (10, 1)


def test_an_open_count_adds_up_areas() -> None:
    closed = an_open_vote(yes=7, no=3)
    assert closed.tally.all.area_hundredths_m2 == sum(each.area_hundredths_m2 for each in closed.ballots)
    assert closed.tally.options["yes"].area_hundredths_m2 == sum(
        each.area_hundredths_m2 for each in closed.ballots if each.choice == ("yes",)
    )


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*YES_NO, ""]), max_size=30))
def test_every_ballot_is_counted_once(choices: list[str]) -> None:
    ballots = [msgspec.structs.replace(BALLOT, choice=(each,) if each else ()) for each in choices]
    counted = tally(ballots, YES_NO)
    parts = [*counted.options.values(), counted.invalid]
    assert sum(part.heads for part in parts) == counted.all.heads == len(choices)


@pytest.mark.parametrize(
    ("ballots", "elected", "tied", "vacant"),
    [
        ([("a", "b"), ("a",), ("a", "b"), ("a", "c"), ("b",)], ("a", "b"), (), 0),
        # More have enough than there are seats: those with most.
        ([("a", "b"), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "c")], ("a",), ("b", "c"), 1),
        # Half is not more than half.
        ([("a",), ("a",), ("a",), ("b",), ("b",), ("b",)], (), (), 2),
        # Equal at the top takes both seats.
        ([("a", "b"), ("a", "b"), ("a", "b"), ("c",), ()], ("a", "b"), (), 0),
        ([("a", "b"), ("b", "c"), ("a", "c"), ("a", "b"), ("b", "c"), ("a", "c")], (), ("a", "b", "c"), 2),
    ],
)
def test_seats_go_to_those_with_most_ballots_and_a_tie_at_the_last_one_to_a_run_off(
    ballots: list[tuple[str, ...]], elected: tuple[str, ...], tied: tuple[str, ...], vacant: int
) -> None:
    closed = an_election(*ballots, candidates=("a", "b", "c"), seats=2, eligible=9)
    outcome = closed.outcome
    assert (outcome.elected, outcome.tied, outcome.vacant) == (elected, tied, vacant)  # type: ignore[union-attr]


def test_nobody_is_elected_where_too_few_take_part() -> None:
    closed = an_election(("a",), ("a",), ("a",), candidates=("a", "b"), seats=1, eligible=6)
    assert (closed.outcome.valid, closed.outcome.decided_by) == (False, "2p > n: 6 = 6")
    assert closed.outcome.elected == ()  # type: ignore[union-attr]


def test_a_bundle_says_everything_under_one_signature_over_its_head() -> None:
    closed = a_secret_vote()
    content = a_bundle(closed)
    head = {name: value for name, value in content.items() if name not in ("signature", "ballots")}
    head["roll"] = {name: value for name, value in content["roll"].items() if name != "leaves"}
    assert content["signature"] == sign(MARK, head)
    assert content["district"] == DISTRICT
    assert content["rule"]["code"] == "CN-2026.residents"
    question = {"text": closed.question.text, "title": closed.question.title}
    assert content["vote"]["question"] == question | {"sha256": sha256(rfc8785.dumps(question)).hexdigest()}
    assert (content["ballots_count"], content["participated"], len(content["roll"]["leaves"])) == (9, 9, 12)


def test_the_order_of_ballots_is_that_of_their_receipts_whatever_order_they_were_cast_in() -> None:
    closed = a_secret_vote()
    turned = msgspec.structs.replace(closed, ballots=closed.ballots[::-1])
    assert a_bundle(closed) == a_bundle(turned)
    cast = [str(ballot.id) for ballot in closed.ballots]
    assert [leaf["ballot_id"] for leaf in a_bundle(closed)["ballots"]] not in (cast, cast[::-1])


def test_a_secret_bundle_names_no_entitlement_beside_a_ballot() -> None:
    leaves = a_bundle(a_secret_vote())["ballots"]
    assert {frozenset(leaf) for leaf in leaves} == {frozenset({"ballot_id", "choice", "nonce"})}


def test_what_the_public_has_of_an_open_vote_has_the_same_signature_and_no_ballot() -> None:
    whole = bundle(an_open_vote(), district=DISTRICT, key=public_of(KEY), sign=sign)
    public = json.loads(written(without_ballots(whole)))
    assert "ballots" not in public
    assert public["signature"] == whole["signature"]
    assert digest_of(public) == digest_of(whole)


def test_the_digest_changes_with_any_part_of_the_head() -> None:
    closed = a_secret_vote()
    other = msgspec.structs.replace(closed, place="c02")
    assert digest_of(a_bundle(closed)) != digest_of(a_bundle(other))


def test_the_root_of_no_ballots_is_the_hash_of_nothing() -> None:
    assert root_of([]) == sha256(b"").hexdigest()


def test_a_total_is_of_heads_and_area() -> None:
    assert Total().and_one(msgspec.structs.replace(BALLOT, area_hundredths_m2=5)) == Total(
        heads=1, area_hundredths_m2=5
    )
