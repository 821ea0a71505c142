import re
from enum import StrEnum
from pathlib import Path

import pytest

from contracts.commands.rules import Electorate, Subject
from contracts.events.registry import Tier
from contracts.vocabulary import Kind, MediaKind, Role, Urgency
from services.dispatch.work_order.lifecycle import State as OrderState
from services.governance.vote.lifecycle import State as VoteState
from services.intake.case.lifecycle import State as CaseState

REPOSITORY = Path(__file__).parents[3]
GLOSSARY = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GLOSSARY.splitlines()
    if line.startswith("| ") and not line.startswith("| English")
]


@pytest.mark.parametrize(
    "words", [Tier, Role, Kind, Urgency, MediaKind, CaseState, OrderState, VoteState, Electorate, Subject]
)
def test_every_word_that_is_stored_or_sent_is_in_the_glossary(words: type[StrEnum]) -> None:
    explained = {word for english, _, _ in ROWS for word in re.findall(r"`([^`]+)`", english)}
    assert {word.value for word in words} <= explained


@pytest.mark.parametrize(("english", "chinese"), [(row[0], row[1]) for row in ROWS])
def test_every_term_has_its_chinese(english: str, chinese: str) -> None:
    assert english
    assert re.search("[\u4e00-\u9fff]", chinese)


def test_every_place_that_the_glossary_names_is_there() -> None:
    named = {path for *_, where in ROWS for path in re.findall(r"`([^`]+)`", where)}
    assert [path for path in sorted(named) if not (REPOSITORY / path).exists()] == []


def test_a_term_is_explained_once() -> None:
    terms = [row[0] for row in ROWS]
    assert len(terms) == len(set(terms))
