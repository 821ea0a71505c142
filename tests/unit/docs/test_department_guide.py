"""The departments' guide says what is: its examples, its codes, both languages the same."""

import json
import re
from pathlib import Path

import pytest

from contracts import department
from contracts.errors import CODES
from services.dispatch.work_order.errors import WorkOrderRefusal

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "contract" / "golden"
NODE = ROOT / "clients" / "department" / "examples" / "node"
GUIDES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("department-guide.md", "department-guide.zh-CN.md")
}
CODE = re.compile(r"^\| (?:[\d, ]+ \| )?((?:`[a-z_]+`(?:, )?)+) \|", re.MULTILINE)
NAMED = re.compile(r"`(department\.[a-z_.]+\.v1)`")
ANCHOR = re.compile(r"\]\(#([^)]+)\)")
# The dispatcher's alone: no department asks what these refuse.
DISPATCHERS = {"not_asked", "not_current"}


def fenced(guide: str, *languages: str) -> list[str]:
    return re.findall(rf"```(?:{'|'.join(languages)})\n(.*?)```", guide, re.DOTALL)


def examples(guide: str) -> list[tuple[str, object]]:
    """Return every JSON example with the message that was named last before it."""
    told = []
    for match in re.finditer(r"```json\n(.*?)```", guide, re.DOTALL):
        example = json.loads(match.group(1))
        whole = isinstance(example, dict) and "specversion" in example
        name = example["type"] if whole else NAMED.findall(guide[: match.start()])[-1]
        told.append((name, example))
    return told


@pytest.fixture(params=GUIDES, ids=lambda name: name.partition(".")[2])
def guide(request: pytest.FixtureRequest) -> str:
    return GUIDES[request.param]


def test_every_example_is_a_golden_message_or_its_data(guide: str) -> None:
    for name, example in examples(guide):
        golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        assert example in (golden, golden["data"]), name


def test_every_message_in_and_out_has_its_example(guide: str) -> None:
    messages = {message.type for message in (*department.TO_DEPARTMENT, *department.FROM_DEPARTMENT)}
    assert {name for name, _ in examples(guide)} == messages == set(NAMED.findall(guide))


def test_every_code_is_a_public_one_and_every_refusal_of_a_step_is_explained(guide: str) -> None:
    told = {code for cell in CODE.findall(guide) for code in re.findall(r"`([a-z_]+)`", cell)}
    states = {"offered", "signed", "suspended", "completed", "returned", "recalled"}
    attributes = {"id", "source", "type", "subject", "time", "sequence", "epoch", "orderingkey"}
    explained = told - states - attributes - {"correlationid", "causationid"}
    assert explained <= CODES.keys()
    assert {each.code for each in _refusals(WorkOrderRefusal)} - DISPATCHERS <= explained


def _refusals(root: type[WorkOrderRefusal]) -> list[type[WorkOrderRefusal]]:
    found = [root, *(each for child in root.__subclasses__() for each in _refusals(child))]
    return [each for each in found if "code" in vars(each)]


def test_every_state_and_change_is_named(guide: str) -> None:
    for change in department.Change:
        assert f"`{change.value}`" in guide


def test_both_languages_have_the_same_commands_and_the_same_program() -> None:
    english, chinese = GUIDES.values()
    assert fenced(english, "sh", "python", "json") == fenced(chinese, "sh", "python", "json")


def test_both_languages_have_the_same_sections_and_tables() -> None:
    english, chinese = GUIDES.values()
    for pattern in (r"^#+ ", r"^\|", r"^- \[ \]", r"^\d+\. "):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(
            re.findall(pattern, chinese, re.MULTILINE)
        )


def test_every_jump_leads_to_a_heading(guide: str) -> None:
    headings = re.findall(r"^#+ (.+)$", guide, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(ANCHOR.findall(guide)) <= anchors


def test_the_node_example_pins_what_it_needs_and_names_no_registry() -> None:
    package = json.loads((NODE / "package.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    assert {path.name for path in NODE.iterdir()} - {"node_modules"} == {"package.json", "index.mjs"}
