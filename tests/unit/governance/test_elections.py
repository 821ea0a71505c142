from uuid import UUID, uuid5

import msgspec
import pytest

from contracts.commands.elections import Candidate, NominatedBy, RunOff
from contracts.commands.rules import Counts, Subject
from services.governance.election import errors
from services.governance.election.candidates import slate
from services.governance.election.guards import seats_are_an_elections
from services.governance.election.mandates import Mandate, give
from services.governance.rule.rules import RULES, rule_of
from services.governance.vote.electing import elect, run_off, run_off_rule
from services.governance.vote.facts import Facts
from services.governance.vote.tally import Total
from tests.unit.governance.builders import NOW

NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
ELECTORS = [uuid5(NAMES, f"elector {number}") for number in range(30)]
SCAN = "a" * 64
N, P = 120, 100


def run(votes: dict[str, int], *, seats: int, rule: str = "CN-2026.election", p: int = P) -> RunOff | None:
    totals = {code: Total(heads=heads) for code, heads in votes.items()}
    result = elect(rule_of(rule), Counts(n=N, p=p), totals, seats=seats)
    return run_off(rule_of(rule), result, totals)


def again(*candidates: str, seats: int) -> RunOff:
    return RunOff(rule="CN-2026.run_off", candidates=candidates, seats=seats)


def test_where_every_seat_is_taken_there_is_no_run_off() -> None:
    assert run({"a": 80, "b": 51, "c": 50}, seats=2) is None
    assert run({"a": 80, "b": 60, "c": 55}, seats=2) is None


def test_too_few_elected_lead_to_a_run_off_of_the_next_best_one_more_than_seats() -> None:
    assert run({"a": 80, "b": 50, "c": 40, "d": 30}, seats=2) == again("b", "c", seats=1)
    assert run({"a": 50, "b": 49, "c": 40, "d": 30}, seats=2) == again("a", "b", "c", seats=2)


def test_who_has_as_many_ballots_as_the_last_of_them_stands_too() -> None:
    assert run({"a": 80, "b": 50, "c": 40, "d": 40, "e": 39}, seats=2) == again("b", "c", "d", seats=1)


def test_a_tie_at_the_last_seat_is_voted_on_again_by_the_tied_alone() -> None:
    assert run({"a": 80, "b": 60, "c": 60, "d": 55}, seats=2) == again("b", "c", seats=1)
    assert run({"a": 60, "b": 60, "c": 60}, seats=2) == again("a", "b", "c", seats=2)


def test_who_has_no_ballot_does_not_stand_again() -> None:
    assert run({"a": 80, "b": 3, "c": 0, "d": 0}, seats=3) == again("b", seats=2)
    assert run({"a": 80, "b": 0}, seats=2) is None


def test_where_too_few_took_part_the_election_is_held_again_instead() -> None:
    assert run({"a": 60, "b": 60, "c": 60}, seats=2, p=60) is None
    assert run({"a": 61, "b": 61, "c": 61}, seats=2, p=61) is not None


def test_in_a_run_off_a_third_is_enough_and_most_ballots_win() -> None:
    rule = rule_of("CN-2026.run_off")
    votes = {"a": Total(heads=34), "b": Total(heads=35), "c": Total(heads=33)}
    result = elect(rule, Counts(n=N, p=101), votes, seats=1)
    assert (result.elected, result.vacant) == (("b",), 0)
    third = elect(rule, Counts(n=N, p=102), {"a": Total(heads=34), "b": Total(heads=33)}, seats=2)
    assert (third.elected, third.vacant) == (("a",), 1)
    assert run({"a": 33, "b": 33}, seats=1, rule="CN-2026.run_off", p=99) == again("a", "b", seats=1)


def test_a_run_off_is_voted_on_as_the_election_was() -> None:
    assert run_off_rule("CN-2026.election.representatives") == "CN-2026.run_off.representatives"
    codes = {rule.code for rule in RULES}
    for rule in RULES:
        assert run_off_rule(rule.code) in codes
        assert rule_of(run_off_rule(rule.code)).electorates == rule.electorates


def a_candidate(number: int, **changes: object) -> Candidate:
    made = Candidate(
        code=f"c{number}", name=f"候选人{number}", account=ELECTORS[number], nominated_by=NominatedBy.PARTY
    )
    return msgspec.structs.replace(made, **changes)


def standing(*changed: Candidate, seats: int = 5, running: tuple[UUID, ...] = ()) -> tuple[Candidate, ...]:
    others = [a_candidate(number) for number in range(len(changed), 6)]
    return slate([*others, *changed], seats=seats, electors=ELECTORS, running=running)


def test_more_stand_than_there_are_seats() -> None:
    assert [each.code for each in standing(a_candidate(0))] == ["c0", "c1", "c2", "c3", "c4", "c5"]
    with pytest.raises(errors.TooFewCandidates) as refused:
        standing(seats=6)
    assert refused.value.fields["at_least"] == 7


@pytest.mark.parametrize("seats", [None, 0, 10])
def test_a_committee_has_at_most_nine_seats(seats: int | None) -> None:
    facts = Facts(by="committee", now=NOW, today=NOW.date(), subject=Subject.ELECTION, seats=seats)
    with pytest.raises(errors.TooManySeats):
        seats_are_an_elections(facts)
    seats_are_an_elections(msgspec.structs.replace(facts, seats=9))


def test_nobody_stands_twice() -> None:
    for changes in ({"code": "c1"}, {"account": ELECTORS[1]}):
        with pytest.raises(errors.CandidateTwice):
            standing(a_candidate(0, **changes))


def test_who_stands_is_an_elector_and_does_not_run_the_election() -> None:
    with pytest.raises(errors.NotEligible):
        standing(a_candidate(0, account=uuid5(NAMES, "a stranger")))
    with pytest.raises(errors.RunsTheElection):
        standing(running=(ELECTORS[3],))


@pytest.mark.parametrize(
    ("nominators", "enough"),
    [
        (ELECTORS[10:20], True),
        (ELECTORS[10:19], False),
        ([*ELECTORS[10:19], ELECTORS[10]], False),
        ([*ELECTORS[10:19], uuid5(NAMES, "a stranger")], False),
    ],
)
def test_ten_different_electors_nominate_together(nominators: list[UUID], *, enough: bool) -> None:
    candidate = a_candidate(0, nominated_by=NominatedBy.ELECTORS, nominators=tuple(nominators))
    if enough:
        assert candidate in standing(candidate)
    else:
        with pytest.raises(errors.TooFewNominators):
            standing(candidate)


def a_mandate(*, giver: UUID, holder: UUID, sha256: str) -> Mandate:
    return Mandate(giver=giver, holder=holder, giver_name="张三", holder_name="李四", sha256=sha256)


def mandated(giver: int, holder: int, *given: tuple[int, int], rule: str = "CN-2026.election") -> Mandate:
    return give(
        a_mandate(giver=ELECTORS[giver], holder=ELECTORS[holder], sha256=SCAN),
        rule_of(rule),
        given=[a_mandate(giver=ELECTORS[a], holder=ELECTORS[b], sha256=SCAN) for a, b in given],
        electors=ELECTORS,
        candidates=ELECTORS[:6],
    )


def test_an_elector_holds_three_mandates_at_most() -> None:
    assert mandated(9, 20, (7, 20), (8, 20), (10, 21)).holder == ELECTORS[20]
    with pytest.raises(errors.TooManyMandates):
        mandated(9, 20, (7, 20), (8, 20), (10, 20))


def test_a_mandate_is_given_once_to_another_elector_who_does_not_stand() -> None:
    with pytest.raises(errors.MandateGiven):
        mandated(9, 20, (9, 21))
    with pytest.raises(errors.HolderUnfit):
        mandated(9, 9)
    with pytest.raises(errors.HolderUnfit):
        mandated(9, 5)
    assert mandated(5, 20).giver == ELECTORS[5]


@pytest.mark.parametrize(
    ("giver", "holder"), [(uuid5(NAMES, "x"), ELECTORS[9]), (ELECTORS[9], uuid5(NAMES, "x"))]
)
def test_both_are_on_the_roll(giver: UUID, holder: UUID) -> None:
    with pytest.raises(errors.HolderUnfit):
        give(
            a_mandate(giver=giver, holder=holder, sha256=SCAN),
            rule_of("CN-2026.election"),
            given=(),
            electors=ELECTORS,
            candidates=(),
        )


@pytest.mark.parametrize("sha256", ["", "A" * 64, "a" * 63])
def test_a_mandate_is_written(sha256: str) -> None:
    with pytest.raises(errors.NotWritten):
        give(
            a_mandate(giver=ELECTORS[8], holder=ELECTORS[9], sha256=sha256),
            rule_of("CN-2026.election"),
            given=(),
            electors=ELECTORS,
            candidates=(),
        )


@pytest.mark.parametrize("rule", [rule.code for rule in RULES if rule.proxies == 0])
def test_no_other_decision_knows_mandates(rule: str) -> None:
    with pytest.raises(errors.NoMandates):
        mandated(9, 20, rule=rule)
