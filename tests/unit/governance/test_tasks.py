from datetime import date
from typing import Any

import pytest

from contracts.commands.tasks import ProposeTask
from services.governance.meeting.errors import TextTooLong, TextTooShort
from services.governance.task import errors
from services.governance.task.task import ENTRY_LIST, Task, propose
from tests.unit.governance.builders import an_id
from tests.unit.governance.neighbours import NOW


def proposed(department: str = "XFD", **changes: Any) -> Task:
    given: dict[str, Any] = {
        "command_id": an_id("propose"),
        "task_id": an_id("task"),
        "community": "c01",
        "item": "fire_safety_notice",
        "text": "请协助张贴消防安全须知",
        "due_on": date(2026, 4, 30),
        "funding_fen": 50_000,
    }
    return propose(ProposeTask(**{**given, **changes}), department=department, by=an_id("officer"), now=NOW)


def test_every_entry_has_both_names_and_a_department() -> None:
    assert all(each.name_zh and each.name_en and each.departments for each in ENTRY_LIST.values())


def test_what_is_on_the_list_is_taken_from_the_department_that_it_is_for() -> None:
    task = proposed()
    assert (task.department, task.funding_fen) == ("XFD", 50_000)
    for department, item in (("XFD", "debt_collection"), ("GSS", "fire_safety_notice"), ("XFD", "\0")):
        with pytest.raises(errors.NotOnEntryList) as refused:
            proposed(department, item=item)
        assert refused.value.code == "not_on_entry_list"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"text": " "}, TextTooShort),
        ({"text": "长" * 2_001}, TextTooLong),
        ({"due_on": date(2026, 3, 1)}, errors.TermUnfit),
        ({"funding_fen": -1}, errors.TermUnfit),
        ({"funding_fen": 10**12 + 1}, errors.TermUnfit),
    ],
)
def test_a_task_that_cannot_be_is_not_taken(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        proposed(**change)
