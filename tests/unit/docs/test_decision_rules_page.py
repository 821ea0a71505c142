"""What the page on decision rules says is what both writings do."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from qiaotou_verifier.cli import main

from contracts.commands.rules import Counts, DecisionRule, Inequality
from services.governance.rule.rules import RULES, rule_of
from services.governance.rule.supposing import what_if

PAGE = (Path(__file__).parents[3] / "docs" / "decision-rules.md").read_text(encoding="utf-8")
EXAMPLES = [example.splitlines() for example in re.findall(r"```jsonl\n(.*?)```", PAGE, re.DOTALL)]
CODE = re.compile(r"`(CN-[\w.-]+\.\w+)`")


def table(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"\n{heading}\n")[2].partition("\n#")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def written(inequalities: tuple[Inequality, ...]) -> list[str]:
    def side(times: int, name: str) -> str:
        return f"{'' if times == 1 else times}{name}"

    return [f"{side(*each.left)} {each.op} {side(*each.right)}" for each in inequalities]


@pytest.mark.parametrize(("asked", "answer"), EXAMPLES)
def test_every_example_is_answered_so_by_the_command_and_by_the_cell(asked: str, answer: str) -> None:
    shown = CliRunner().invoke(main, ["rule"], input=asked)
    assert (shown.exit_code, shown.stdout.strip()) == (0, answer)
    question = json.loads(asked)
    verdict = what_if(rule_of(question["rule"]), msgspec.convert(question["counts"], Counts))
    assert json.loads(msgspec.json.encode(verdict)) == json.loads(answer)


def test_the_inequalities_are_those_of_the_table() -> None:
    rows = {row[0].strip("`"): row[1:4] for row in table("## Rules")}
    assert rows.keys() == {rule.code for rule in RULES}
    for rule in RULES:
        parts = (rule.demand, rule.valid_if, rule.passes_if)
        said = [re.findall(r"`([^`]+)`", cell) for cell in rows[rule.code]]
        assert said == [written(part) for part in parts], rule.code


def test_the_days_are_those_of_the_table() -> None:
    said = {
        code: [int(cell) for cell in row[1:]]
        for row in table("### Days, mandates")
        for code in CODE.findall(row[0])
    }
    assert said == {
        rule.code: [
            rule.notice_days,
            rule.roll_days,
            rule.objection_days,
            rule.ruling_days,
            rule.publication_days,
            rule.proxies,
        ]
        for rule in RULES
    }


def test_every_field_and_every_count_is_explained() -> None:
    for heading, struct in (("## A rule as data", DecisionRule), ("## Counts", Counts)):
        named = {name for row in table(heading) for name in re.findall(r"`(\w+)`", row[0])}
        assert named == set(struct.__struct_fields__)
