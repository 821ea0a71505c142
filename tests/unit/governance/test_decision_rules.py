from datetime import date
from typing import NamedTuple

import msgspec
import pytest

from contracts.commands.rules import Counts, Electorate, Subject
from services.governance.rule.deciding import decide, demanded, is_valid
from services.governance.rule.errors import ImpossibleCounts, MissingCount, UnknownRule
from services.governance.rule.rules import RULES, rule_hash, rule_of, rules_in_force

# What the laws ask, written out once more: notice, roll, objection, ruling, publication, mandates.
DAYS = {
    "CN-1990.residents": (0, 0, 0, 0, 15, 0),
    "CN-1990.delegates": (0, 0, 0, 0, 15, 0),
    "CN-2026.residents": (10, 0, 0, 0, 15, 0),
    "CN-2026.assembly": (0, 0, 0, 0, 15, 0),
    "CN-2026.election": (0, 20, 5, 3, 15, 3),
    "CN-2026.election.representatives": (0, 20, 5, 3, 15, 0),
    "CN-2026.run_off": (0, 20, 5, 3, 15, 3),
    "CN-2026.run_off.representatives": (0, 20, 5, 3, 15, 0),
    "CN-2026.recall": (0, 0, 0, 0, 15, 3),
    "CN-2026.recall.representatives": (0, 0, 0, 0, 15, 0),
    "CN-OWNERS.ordinary": (15, 0, 0, 0, 15, 0),
    "CN-OWNERS.major": (15, 0, 0, 0, 15, 0),
}


class Edge(NamedTuple):
    """With `fixed` counts, `count` must grow past `fails` to `holds`; the rest of the rule holds."""

    code: str
    count: str
    fails: int
    holds: int
    fixed: dict[str, int]


def _passing(code: str, count: str, fails: int, holds: int, **fixed: int) -> Edge:
    return Edge(code, count, fails, holds, fixed)


OWNERS = {"T_area": 30_000_003, "P_area": 24_000_000, "T_heads": 301, "P_heads": 240}
VALID = (
    _passing("CN-1990.residents", "p", 280, 281, n=560, y=0),
    _passing("CN-1990.residents", "p", 280, 281, n=561, y=0),
    _passing("CN-1990.delegates", "p", 12, 13, n=25, groups=10, y=0),
    _passing("CN-1990.delegates", "n", 19, 20, p=17, groups=10, y=0),
    _passing("CN-1990.delegates", "n", 31, 30, p=20, groups=10, y=0),
    _passing("CN-2026.residents", "p", 1525, 1526, n=3050, y=0),
    _passing("CN-2026.residents", "p", 1525, 1526, n=3051, y=0),
    _passing("CN-2026.assembly", "p", 71, 72, m=107, reps=100, y=0),
    _passing("CN-2026.assembly", "p", 59, 60, m=90, reps=72, y=0),
    _passing("CN-2026.assembly", "reps", 71, 72, m=90, p=90, y=0),
    _passing("CN-2026.election", "p", 1525, 1526, n=3050, y=0),
    _passing("CN-2026.election.representatives", "p", 60, 61, n=90, y=0),
    _passing("CN-2026.election.representatives", "p", 60, 61, n=91, y=0),
    _passing("CN-2026.run_off", "p", 1525, 1526, n=3050, y=0),
    _passing("CN-2026.run_off.representatives", "p", 60, 61, n=90, y=0),
    _passing("CN-2026.recall", "p", 1525, 1526, n=3050, y=0),
    _passing("CN-2026.recall.representatives", "p", 60, 61, n=90, y=0),
    *(
        edge
        for code in ("CN-OWNERS.ordinary", "CN-OWNERS.major")
        for edge in (
            _passing(code, "P_area", 20_000_001, 20_000_002, **{**OWNERS, "Y_area": 0, "Y_heads": 0}),
            _passing(code, "P_heads", 200, 201, **{**OWNERS, "Y_area": 0, "Y_heads": 0}),
        )
    ),
)
PASSES = (
    *(
        _passing(code, "y", 187, 188, n=560, p=374)
        for code in (
            "CN-1990.residents",
            "CN-2026.residents",
            "CN-2026.election",
            "CN-2026.recall",
        )
    ),
    _passing("CN-1990.residents", "y", 187, 188, n=560, p=375),
    _passing("CN-1990.delegates", "y", 10, 11, n=25, groups=10, p=20),
    _passing("CN-2026.assembly", "y", 36, 37, m=107, reps=100, p=72),
    _passing("CN-2026.election.representatives", "y", 40, 41, n=100, p=80),
    _passing("CN-2026.recall.representatives", "y", 40, 41, n=100, p=80),
    _passing("CN-2026.run_off", "y", 124, 125, n=560, p=374),
    _passing("CN-2026.run_off", "y", 124, 125, n=560, p=375),
    _passing("CN-2026.run_off.representatives", "y", 26, 27, n=100, p=80),
    _passing("CN-OWNERS.ordinary", "Y_area", 12_000_000, 12_000_001, **OWNERS, Y_heads=240),
    _passing("CN-OWNERS.ordinary", "Y_heads", 120, 121, **OWNERS, Y_area=24_000_000),
    _passing("CN-OWNERS.major", "Y_area", 17_999_999, 18_000_000, **OWNERS, Y_heads=240),
    _passing("CN-OWNERS.major", "Y_heads", 179, 180, **OWNERS, Y_area=24_000_000),
)
DEMANDS = (
    _passing("CN-1990.residents", "a", 111, 112, n=560),
    _passing("CN-1990.residents", "a", 112, 113, n=561),
    _passing("CN-1990.residents", "g", 6, 7, groups=20),
    _passing("CN-1990.delegates", "a", 111, 112, N=560),
    _passing("CN-1990.delegates", "g", 6, 7, groups=20),
    *(
        edge
        for code in ("CN-2026.residents", "CN-2026.recall", "CN-2026.recall.representatives")
        for edge in (
            _passing(code, "a", 599, 600, N=6000),
            _passing(code, "a", 600, 601, N=6001),
            _passing(code, "r", 33, 34, reps=100),
            _passing(code, "r", 32, 33, reps=99),
        )
    ),
    _passing("CN-2026.assembly", "r", 19, 20, reps=100),
    _passing("CN-2026.assembly", "r", 20, 21, reps=101),
    _passing("CN-OWNERS.ordinary", "s", 59, 60, owners=300),
    _passing("CN-OWNERS.major", "s", 60, 61, owners=301),
)


def _ids(edges: tuple[Edge, ...]) -> list[str]:
    return [f"{edge.code} {edge.count}={edge.holds}" for edge in edges]


def _around(edge: Edge) -> tuple[list[Counts], list[Counts]]:
    """Return counts that fail and counts that hold: the edge on both sides, and one beyond it."""
    step = edge.holds - edge.fails
    assert abs(step) == 1

    def counts(value: int) -> Counts:
        return msgspec.convert(edge.fixed | {edge.count: value}, Counts)

    return [counts(edge.fails - step), counts(edge.fails)], [counts(edge.holds), counts(edge.holds + step)]


@pytest.mark.parametrize("edge", VALID, ids=_ids(VALID))
def test_enough_take_part_from_exactly_this_number_on(edge: Edge) -> None:
    rule = rule_of(edge.code)
    few, enough = _around(edge)
    for counts in few:
        outcome = decide(rule, counts)
        assert (outcome.valid, outcome.passed) == (False, None)
        assert len(outcome.inequalities) == len(rule.valid_if)
        assert is_valid(rule, counts) == outcome
    for counts in enough:
        assert (decide(rule, counts).valid, is_valid(rule, counts).valid) == (True, True)


@pytest.mark.parametrize("edge", PASSES, ids=_ids(PASSES))
def test_it_passes_from_exactly_this_number_on(edge: Edge) -> None:
    few, enough = _around(edge)
    assert [decide(rule_of(edge.code), counts).passed for counts in few] == [False, False]
    assert [decide(rule_of(edge.code), counts).passed for counts in enough] == [True, True]


@pytest.mark.parametrize("edge", DEMANDS, ids=_ids(DEMANDS))
def test_enough_ask_from_exactly_this_number_on(edge: Edge) -> None:
    met = [
        demand.met
        for half in _around(edge)
        for counts in half
        if (demand := demanded(rule_of(edge.code), counts)) is not None
    ]
    assert met == [False, False, True, True]


def test_every_inequality_of_every_rule_has_its_edge() -> None:
    for edges, part in ((VALID, "valid_if"), (PASSES, "passes_if"), (DEMANDS, "demand")):
        walked = {(edge.code, edge.count) for edge in edges}
        compared = {(rule.code, each.left.name) for rule in RULES for each in getattr(rule, part)}
        assert walked == compared


def test_the_days_of_every_rule() -> None:
    days = {
        rule.code: (
            rule.notice_days,
            rule.roll_days,
            rule.objection_days,
            rule.ruling_days,
            rule.publication_days,
            rule.proxies,
        )
        for rule in RULES
    }
    assert days == DAYS


def test_the_sets_change_with_the_law() -> None:
    def sets(on: date) -> set[str]:
        return {rule.set for rule in rules_in_force(on)}

    assert sets(date(1989, 12, 31)) == set()
    assert sets(date(1990, 1, 1)) == sets(date(2012, 6, 1)) == {"CN-1990"}
    assert sets(date(2021, 1, 1)) == sets(date(2025, 12, 31)) == {"CN-1990", "CN-OWNERS"}
    assert sets(date(2026, 1, 1)) == {"CN-2026", "CN-OWNERS"}


def test_who_takes_part_and_what_in() -> None:
    residents = (Electorate.ADULTS, Electorate.HOUSEHOLDS)
    assert rule_of("CN-1990.residents").electorates == rule_of("CN-2026.election").electorates == residents
    assert rule_of("CN-1990.delegates").electorates == (Electorate.DELEGATES,)
    assert rule_of("CN-OWNERS.major").electorates == (Electorate.OWNERS,)
    subjects = {rule.code.split(".")[1]: rule.subject for rule in RULES}
    assert {name: subject for name, subject in subjects.items() if subject is not Subject.QUESTION} == {
        "election": Subject.ELECTION,
        "run_off": Subject.RUN_OFF,
        "recall": Subject.RECALL,
    }


def test_the_outcome_names_the_inequality_that_decided_with_both_sides() -> None:
    rule = rule_of("CN-2026.residents")

    def said(**counts: int) -> str:
        return decide(rule, Counts(**counts)).decided_by

    assert said(n=280, p=187, y=94) == "2y > p: 188 > 187"
    assert said(n=280, p=188, y=94) == "2y > p: 188 = 188"
    assert said(n=280, p=188, y=0) == "2y > p: 0 < 188"
    assert said(n=280, p=140, y=140) == "2p > n: 280 = 280"
    assert is_valid(rule, Counts(n=280, p=187)).decided_by == "2p > n: 374 > 280"


def test_owners_must_agree_in_area_and_in_heads() -> None:
    rule = rule_of("CN-OWNERS.ordinary")
    counts = Counts(T_area=900, P_area=900, Y_area=451, T_heads=9, P_heads=6, Y_heads=3)
    outcome = decide(rule, counts)
    assert (outcome.valid, outcome.passed) == (True, False)
    assert outcome.decided_by == "2Y_heads > P_heads: 6 = 6"
    both = decide(rule, msgspec.structs.replace(counts, Y_heads=4))
    assert both.decided_by == "2Y_area > P_area: 902 > 900 and 2Y_heads > P_heads: 8 > 6"
    neither = decide(rule, msgspec.structs.replace(counts, P_area=599, P_heads=5, Y_area=0))
    assert neither.decided_by == "3P_area >= 2T_area: 1797 < 1800 and 3P_heads >= 2T_heads: 15 < 18"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_of_nobody_nothing_is_decided_or_demanded(rule: object) -> None:
    named = dict.fromkeys(Counts.__struct_fields__, 0)
    nothing = Counts(**named)
    assert isinstance(rule, type(RULES[0]))
    outcome = decide(rule, nothing)
    assert (outcome.valid, outcome.passed) == (False, None)
    assert outcome.decided_by.endswith(": 0 of 0")
    demand = demanded(rule, nothing)
    assert demand is None or not demand.met


def test_owners_without_area_decide_nothing_though_their_heads_agree() -> None:
    counts = Counts(T_area=0, P_area=0, Y_area=0, T_heads=4, P_heads=4, Y_heads=4)
    outcome = decide(rule_of("CN-OWNERS.major"), counts)
    assert (outcome.valid, outcome.decided_by) == (False, "3P_area >= 2T_area: 0 of 0")


def test_one_way_of_demanding_is_enough_and_may_stand_alone() -> None:
    rule = rule_of("CN-2026.residents")
    both = demanded(rule, Counts(a=10, N=6000, r=34, reps=100))
    assert both is not None
    assert (both.met, both.decided_by) == (True, "3r >= reps: 102 > 100")
    neither = demanded(rule, Counts(a=10, N=6000, r=33, reps=100))
    assert neither is not None
    assert neither.decided_by == "10a >= N: 100 < 6000 and 3r >= reps: 99 < 100"
    assert demanded(rule_of("CN-2026.election"), Counts()) is None


@pytest.mark.parametrize("missing", ["n", "p", "y"])
def test_a_count_that_is_missing_is_named(missing: str) -> None:
    counts = msgspec.structs.replace(Counts(n=560, p=374, y=188), **{missing: None})
    with pytest.raises(MissingCount) as refused:
        decide(rule_of("CN-2026.residents"), counts)
    assert refused.value.fields == {"field": missing}
    with pytest.raises(MissingCount):
        demanded(rule_of("CN-2026.residents"), Counts())


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("p", "n"),
        ("p", "m"),
        ("y", "p"),
        ("a", "N"),
        ("r", "reps"),
        ("reps", "m"),
        ("g", "groups"),
        ("s", "owners"),
        ("P_area", "T_area"),
        ("Y_area", "P_area"),
        ("P_heads", "T_heads"),
        ("Y_heads", "P_heads"),
    ],
)
def test_a_part_is_never_more_than_its_whole(part: str, whole: str) -> None:
    with pytest.raises(ImpossibleCounts) as refused:
        decide(rule_of("CN-2026.residents"), Counts(**{part: 8, whole: 7}))
    assert refused.value.fields == {"field": part, "whole": whole}


def test_a_rule_that_is_unknown_is_refused() -> None:
    with pytest.raises(UnknownRule):
        rule_of("CN-2026.resident")


def test_a_rules_hash_changes_with_every_part_of_it() -> None:
    rule = rule_of("CN-2026.residents")
    assert len({rule_hash(each) for each in RULES}) == len(RULES)
    fewer = msgspec.structs.replace(rule.valid_if[0], left=(1, "p"))
    for changed in ({"publication_days": 7}, {"valid_if": (fewer,)}, {"passes_if": ()}, {"notice_days": 9}):
        assert rule_hash(msgspec.structs.replace(rule, **changed)) != rule_hash(rule)
    written = msgspec.json.decode(msgspec.json.encode(rule), type=type(rule))
    assert rule_hash(written) == rule_hash(rule)
