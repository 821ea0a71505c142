"""Every page that our pages name is there."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("clients/*/*.md")]
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_page_that_is_named_is_there(page: Path) -> None:
    named = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in named if not (page.parent / link).exists()] == []
