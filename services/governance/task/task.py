"""A department's task for a residents' committee, and the list of what may be asked. Pure."""

import csv
from datetime import date, datetime
from importlib import resources
from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.commands.tasks import ProposeTask
from services.governance.local_time import local_day
from services.governance.meeting.meeting import fit_text
from services.governance.task.errors import NotOnEntryList, TermUnfit

SHORTEST_TEXT, LONGEST_TEXT = 2, 2_000
MOST_FUNDING_FEN = 10**12


class Entry(NamedTuple):
    """An item of the entry list, and whose it is."""

    code: str
    name_zh: str
    name_en: str
    departments: frozenset[str]
    basis: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task that was taken. It never changes."""

    id: UUID
    department: str
    community: str
    item: str
    text: str
    due_on: date
    funding_fen: int
    proposed_at: datetime
    proposed_by: UUID


def propose(command: ProposeTask, *, department: str, by: UUID, now: datetime) -> Task:
    """准入审核. Raises: NotOnEntryList, TermUnfit, a text's length."""
    entry = ENTRY_LIST.get(command.item)
    if entry is None or department not in entry.departments:
        raise NotOnEntryList(item=command.item, department=department)
    if command.due_on < local_day(now):
        raise TermUnfit("due before it was asked", field="due_on")
    if not 0 <= command.funding_fen <= MOST_FUNDING_FEN:
        raise TermUnfit("no such amount", field="funding_fen")
    return Task(
        id=command.task_id,
        department=department,
        community=command.community,
        item=command.item,
        text=fit_text(command.text, "text", SHORTEST_TEXT, LONGEST_TEXT),
        due_on=command.due_on,
        funding_fen=command.funding_fen,
        proposed_at=now,
        proposed_by=by,
    )


def _read() -> dict[str, Entry]:
    path = resources.files("services.governance").joinpath("data", "entry_list.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {
        row["code"]: Entry(
            row["code"], row["zh"], row["en"], frozenset(row["departments"].split()), row["basis"]
        )
        for row in rows
    }


ENTRY_LIST = _read()
