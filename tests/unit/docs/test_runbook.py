"""Each alert and each fault has its page in the runbook, and no page promises what is not there."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.docs.test_fault_matrix import FAULTS

REPOSITORY = Path(__file__).parents[3]
RUNBOOK = REPOSITORY / "docs" / "runbook"
RULES = REPOSITORY / "deploy" / "prometheus" / "rules.yml"
CHAPTERS = ["What one sees", "What to do", "What happens by itself", "How it was tested"]
PAGES = sorted(RUNBOOK.glob("*.md"))


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def about(page: Path, what: str) -> list[str]:
    """Return what a page says that it is about: its alerts, or its faults as `component: fault`."""
    found = re.search(rf"^\*\*{what}:\*\* (.+?)(?: *$)", page.read_text("utf-8"), re.MULTILINE)
    return (
        [each.strip("` ") if what == "Alerts" else each.strip() for each in found[1].split(";")]
        if found
        else []
    )


def named_in(page: Path) -> list[tuple[str, str]]:
    """Return the tests that a page names, each with its file."""
    return re.findall(r"\[`(test_\w+)`\]\(\.\./\.\./([\w/]+\.py)\)", page.read_text("utf-8"))


def functions(path: Path) -> set[str]:
    return {
        each.name for each in ast.parse(path.read_text("utf-8")).body if isinstance(each, ast.FunctionDef)
    }


def test_every_alert_leads_to_the_one_page_that_is_about_it() -> None:
    named = {alert: page.name for page in PAGES for alert in about(page, "Alerts")}
    led = {rule["alert"]: Path(rule["annotations"]["runbook_url"]) for rule in rules()}
    assert {alert: path.name for alert, path in led.items()} == named
    assert {path.parent for path in led.values()} == {Path("docs/runbook")}


def test_every_fault_of_the_matrix_has_one_page() -> None:
    named = Counter(fault for page in PAGES for fault in about(page, "Faults"))
    assert named == Counter(f"{component}: {fault}" for component in FAULTS for fault in FAULTS[component])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_short_and_says_what_one_sees_does_and_may_expect(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert about(page, "Alerts") or about(page, "Faults")
    assert re.fullmatch(r"# .+ [\u4e00-\u9fff].*", lines[0])
    assert [line[3:] for line in lines if line.startswith("## ")] == CHAPTERS
    assert len([line for line in lines if line]) <= 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_tests_that_a_page_names_are_there_with_a_date_and_a_page_without_one_says_so(page: Path) -> None:
    named, tried = named_in(page), page.read_text("utf-8").rpartition("## How it was tested")[2]
    assert [name for name, path in named if name not in functions(REPOSITORY / path)] == []
    assert "Not tried:" in tried if not named else re.search(r"\d{4}-\d{2}-\d{2}", tried)


def test_every_page_is_in_the_index() -> None:
    index = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    assert [page.name for page in PAGES if f"(runbook/{page.name})" not in index] == []
