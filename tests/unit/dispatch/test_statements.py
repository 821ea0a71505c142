import json
from hashlib import sha256
from typing import Any

import pytest

from contracts.commands.dispatch import StatementKind
from services.dispatch.work_order.errors import LegalBasisUnfit, TextTooLong, TextTooShort, TextUnfit
from services.dispatch.work_order.statement import Statement
from tests.unit.dispatch.builders import REASON, a_statement, an_id, an_order


def stated(**changes: Any) -> Statement:
    return a_statement(an_order(), **changes)


def test_the_hash_is_over_the_canonical_json_of_the_five_parts() -> None:
    parts = {
        "kind": "return",
        "legal_basis": "《城市照明管理规定》第三条",
        "order_id": str(an_order().id),
        "statement_id": str(an_id("statement")),
        "text": REASON,
    }
    canonical = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert stated().sha256 == sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"text": REASON + "！"},
        {"legal_basis": "职责清单第三条"},
        {"kind": StatementKind.EXTENSION},
        {"statement_id": an_id("another")},
    ],
)
def test_the_hash_changes_with_every_part(change: dict[str, Any]) -> None:
    assert stated(**change).sha256 != stated().sha256


def test_blanks_around_the_words_do_not_count() -> None:
    padded = stated(text=f" {REASON}\n", legal_basis=" 第三条 ")
    assert (padded.text, padded.legal_basis) == (REASON, "第三条")
    with pytest.raises(TextTooShort):
        stated(text="不归我们     ")


@pytest.mark.parametrize("length", [10, 2_000])
def test_a_text_of_the_least_and_of_the_greatest_length_is_taken(length: int) -> None:
    assert len(stated(text="好" * length).text) == length


def test_a_text_beyond_the_greatest_length_is_refused() -> None:
    with pytest.raises(TextTooLong):
        stated(text="好" * 2_001)


def test_a_return_alone_needs_its_legal_basis() -> None:
    with pytest.raises(LegalBasisUnfit):
        stated(legal_basis="  ")
    assert stated(legal_basis="", kind=StatementKind.EXTENSION).legal_basis == ""
    assert len(stated(legal_basis="条" * 500).legal_basis) == 500
    with pytest.raises(LegalBasisUnfit):
        stated(legal_basis="条" * 501, kind=StatementKind.EXTENSION)


@pytest.mark.parametrize("change", [{"text": REASON + "\0"}, {"legal_basis": "\0"}])
def test_words_that_no_database_keeps_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TextUnfit) as refused:
        stated(**change)
    assert refused.value.fields == {"field": next(iter(change))}
