"""Who is voted on again is written twice; both must say the same."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from qiaotou_verifier.run_offs import run_off as second

from contracts.commands.rules import Counts, Subject
from services.governance.rule.rules import RULES
from services.governance.vote.electing import elect, run_off
from services.governance.vote.tally import Total

ELECTORAL = [rule for rule in RULES if rule.subject in (Subject.ELECTION, Subject.RUN_OFF)]


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    st.sampled_from(ELECTORAL),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9), min_size=1),
    st.integers(9, 14),
    st.integers(1, 6),
)
def test_both_writings_say_the_same(rule: object, votes: dict[str, int], n: int, seats: int) -> None:
    assert isinstance(rule, type(RULES[0]))
    totals = {code: Total(heads=heads) for code, heads in votes.items()}
    result = elect(rule, Counts(n=n, p=9), totals, seats=seats)
    ours = run_off(rule, result, totals)
    theirs = second(rule.code, json.loads(msgspec.json.encode(result)), votes)
    assert json.loads(msgspec.json.encode(ours)) == theirs
    if ours is not None:
        assert set(ours.candidates).isdisjoint(result.elected)
        assert len(ours.candidates) > ours.seats or set(ours.candidates) == {
            code for code, heads in votes.items() if heads and code not in result.elected
        }
