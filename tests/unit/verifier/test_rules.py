"""The rules of decision are written twice; both must say the same of everything."""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from qiaotou_verifier import rules as second
from qiaotou_verifier.cli import main

from contracts.commands.rules import LARGEST, Counts
from services.governance.rule.deciding import WHOLES, decide
from services.governance.rule.errors import RuleRefusal
from services.governance.rule.rules import RULES, rule_hash, rule_of
from services.governance.rule.supposing import what_if

CODES = [rule.code for rule in RULES]
_numbers = st.one_of(st.integers(0, 12), st.integers(0, LARGEST))


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """A rule and counts near its edges: most of them complete and possible, some not."""
    rule = draw(st.sampled_from(RULES))
    counts: dict[str, int] = {}
    parts = [*rule.demand, *rule.valid_if, *rule.passes_if]
    for each in draw(st.permutations(parts)):
        whole = counts.setdefault(each.right.name, draw(_numbers))
        edge = each.right.times * whole // each.left.times + draw(st.integers(-1, 1))
        counts.setdefault(each.left.name, min(max(edge, 0), LARGEST))
    for name in draw(st.lists(st.sampled_from(sorted(counts)), max_size=2)):
        counts.pop(name, None)
    if draw(st.integers(0, 9)) == 0:
        counts[draw(st.sampled_from(Counts.__struct_fields__))] = draw(_numbers)
    return rule.code, counts


def _read(value: msgspec.Struct) -> Any:
    """Return a value as whoever reads its JSON finds it."""
    return json.loads(msgspec.json.encode(value))


def _first(code: str, counts: dict[str, int]) -> Any:
    try:
        return _read(what_if(rule_of(code), msgspec.convert(counts, Counts)))
    except RuleRefusal:
        return "refused"


def _second(code: str, counts: dict[str, int]) -> Any:
    try:
        return second.what_if(code, counts)
    except second.Unjudgeable:
        return "refused"


@settings(max_examples=120, deadline=None, derandomize=True)
@given(questions())
def test_both_writings_say_the_same(question: tuple[str, dict[str, int]]) -> None:
    assert _first(*question) == _second(*question)


@pytest.mark.parametrize("code", [code for code in CODES if not code.startswith("CN-OWNERS")])
def test_both_writings_agree_on_every_small_vote(code: str) -> None:
    rule, outcomes = rule_of(code), set()
    names = sorted(
        {each.left.name for each in (*rule.valid_if, *rule.passes_if)} | {rule.valid_if[0].right.name}
    )
    for numbers in product(range(7), repeat=len(names)):
        counts = dict(zip(names, numbers, strict=True))
        first = _first(code, counts)
        assert first == _second(code, counts)
        if first != "refused":
            outcomes.add((first["outcome"]["valid"], first["outcome"]["passed"]))
    assert outcomes == {(False, None), (True, False), (True, True)}


def test_both_tables_are_one() -> None:
    assert list(second.TABLE) == CODES
    for rule in RULES:
        said = _read(rule)
        assert list(second.differences(said)) == []
        assert second.hash_of(said) == rule_hash(rule)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("valid_if", []),
        ("passes_if", [{"left": [2, "y"], "op": ">=", "right": [1, "p"]}]),
        ("demand", []),
        ("electorates", ["owners"]),
        ("subject", "election"),
        ("proxies", 1),
        ("set", "CN-1990"),
        *((f"{name}_days", 1) for name in ("notice", "roll", "objection", "ruling", "publication")),
    ],
)
def test_a_rule_that_was_changed_is_named(field: str, value: object) -> None:
    said = _read(rule_of("CN-2026.residents")) | {field: value}
    assert list(second.differences(said)) == [f"{field} is not as in CN-2026.residents"]


def test_a_rule_that_is_not_the_laws_is_named() -> None:
    assert list(second.differences({"code": "CN-2027.residents"})) == ["there is no rule 'CN-2027.residents'"]
    assert list(second.differences({})) == ["there is no rule None"]


def test_a_part_is_never_more_than_its_whole_in_either_writing() -> None:
    for part, wholes in WHOLES.items():
        for whole in wholes:
            with pytest.raises(second.Unjudgeable, match=f"{part} is more than {whole}"):
                second.decide("CN-2026.residents", {part: 2, whole: 1})


# Of 3,873 in 200,000 such numbers the quotient of floats is on the wrong side.
@pytest.mark.parametrize("thirds", [3_002_399_751_580_330, 1, 333_333_333])
def test_exactly_two_thirds_are_enough_of_any_size(thirds: int) -> None:
    counts = {"T_area": 3 * thirds, "P_area": 2 * thirds, "Y_area": 2 * thirds}
    for lacking in (0, 1):
        given_counts = counts | {
            "P_area": 2 * thirds - lacking,
            "Y_area": 0,
            "T_heads": 3,
            "P_heads": 2,
            "Y_heads": 2,
        }
        ours = decide(rule_of("CN-OWNERS.major"), msgspec.convert(given_counts, Counts))
        theirs = second.decide("CN-OWNERS.major", given_counts)
        assert ours.valid is theirs["valid"] is (lacking == 0)


def test_a_share_of_nothing_is_not_reached() -> None:
    for sign in (">", ">=", "<="):
        share = second.Share("p", sign, Fraction(1, 2), "n")
        assert share.weighed({"p": 0, "n": 0})["holds"] is False


GOOD = '{"rule": "CN-2026.residents", "counts": {"n": 560, "p": 374, "y": 188}}'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "not JSON"),
        ("[1]", 'not an object with "rule" and "counts"'),
        ('{"rule": "CN-2026.residents"}', 'not an object with "rule" and "counts"'),
        (GOOD.replace("}}", '}, "note": 1}'), 'not an object with "rule" and "counts"'),
        (GOOD.replace("CN-2026.", "CN-2027."), "there is no rule 'CN-2027.residents'"),
        (GOOD.replace('"CN-2026.residents"', "[]"), "there is no rule []"),
        (GOOD.replace("188", "375"), "counts: y is more than p"),
        (GOOD.replace("188", "188.0"), "counts: y is not a whole number"),
        (GOOD.replace("188", "true"), "counts: y is not a whole number"),
        (GOOD.replace("188", '"188"'), "counts: y is not a whole number"),
        (GOOD.replace("188", "-1"), "counts: y is not a whole number"),
        (GOOD.replace("560", str(2**53)), "counts: n is not a whole number"),
        (GOOD.replace("560", "9" * 5000), "not JSON"),
        (GOOD.replace('"y"', '"yes"'), "counts: no rule compares 'yes'"),
        (GOOD.replace('"y"', '"g"'), "counts: CN-2026.residents does not compare g"),
        (GOOD.replace('"n": 560, ', ""), "counts: n missing"),
        (GOOD.replace('"y"', '"p"'), "a name stands twice"),
        ('{"rule": "CN-2026.residents", "counts": {}}', "counts: CN-2026.residents compares"),
        ('{"rule": "CN-2026.residents", "counts": [560]}', "counts: not an object"),
        ("[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_answered(
    line: str | bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "questions.jsonl"
    bad = line if isinstance(line, bytes) else line.encode()
    file.write_bytes(b"\n".join((GOOD.encode(), b"", bad, GOOD.encode())) + b"\n")
    shown = CliRunner().invoke(main, ["rule", str(file)])
    assert shown.exit_code == 2
    assert shown.stderr.startswith(f"line 3: {said}")
    assert len(shown.stderr.splitlines()) == 1
    assert [json.loads(each)["outcome"]["passed"] for each in shown.stdout.splitlines()] == [True, True]


def test_good_lines_from_standard_input_end_well() -> None:
    shown = CliRunner().invoke(main, ["rule"], input=f"\ufeff{GOOD}\n\n")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert json.loads(shown.stdout)["outcome"]["decided_by"] == "2y > p: 376 > 374"
    assert CliRunner().invoke(main, ["rule"], input="").stdout == ""


def test_the_list_shows_every_rule() -> None:
    shown = CliRunner().invoke(main, ["rule", "--list"])
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [line["rule"] for line in lines] == CODES
    assert lines[-1]["passes_if"] == ["4Y_area >= 3P_area", "4Y_heads >= 3P_heads"]
