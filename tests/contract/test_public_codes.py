import ast
import re
from http import HTTPStatus
from pathlib import Path

import pytest

from contracts.errors import CODES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("code", CODES)
def test_a_public_code_has_a_status_of_refusal_and_both_titles(code: str) -> None:
    problem = CODES[code]
    # The protocol of resumable uploads has one status of its own.
    assert problem.status == 460 or HTTPStatus(problem.status) >= HTTPStatus.BAD_REQUEST
    assert problem.title.strip()
    assert re.search(r"[\u4e00-\u9fff]", problem.title_zh)


@pytest.mark.parametrize("code", CODES)
def test_a_public_code_is_one_lower_case_word_or_several_with_underscores(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)


def _codes_in(path: Path) -> set[str]:
    """The values of `code: ClassVar[str] = "..."` in a module."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.AnnAssign)]
    return {
        node.value.value
        for node in nodes
        if isinstance(node.target, ast.Name)
        and node.target.id == "code"
        and isinstance(node.value, ast.Constant)
        and "ClassVar" in ast.unparse(node.annotation)
    }


def test_every_refusal_of_the_services_has_a_public_code() -> None:
    modules = [path for room in ("chassis", "services", "gateway") for path in (ROOT / room).rglob("*.py")]
    used = set[str]().union(*map(_codes_in, modules))
    assert used
    assert used <= set(CODES)
