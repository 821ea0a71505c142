"""Entries, places and figures as they are published: no free text, nobody's name. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from contracts.commands import figures as views
from services.intake.archive.log import stamp
from services.intake.case.case import Entry
from services.intake.case.lifecycle import Step

Line = dict[str, object]
Facts = Callable[[Mapping[str, str], "Origin"], Line]


class Origin:
    """What a case's first entry is published with, from the case itself."""

    def __init__(self, *, number: str, community: str, grid: str, anonymous: bool) -> None:
        self.number = number
        self.community = community
        self.grid = grid
        self.anonymous = anonymous


def _begun(detail: Mapping[str, str], origin: Origin) -> Line:
    return {
        "community": origin.community,
        "grid": origin.grid,
        "category": detail.get("category"),
        "anonymous": origin.anonymous,
    }


def _due(detail: Mapping[str, str], _: Origin) -> Line:
    return {"due_at": _moment(detail.get("due_at"))}


# The steps whose detail says something that a figure rests on; nothing else of a detail is told.
_FACTS: dict[Step, Facts] = {
    Step.REPORT: _begun,
    Step.SETTLE_ON_SPOT: _begun,
    Step.RESOLUTION_CERTIFIED: _begun,
    Step.CLASSIFY: lambda detail, _: {"category": detail["category"], "lead": detail["lead"]},
    Step.ORDER_OFFERED: lambda detail, _: {
        "lead": detail["department"],
        "due_at": _moment(detail.get("due_at")),
    },
    Step.ORDER_EXTENDED: _due,
    Step.ORDER_RESUMED: _due,
    Step.ORDER_COMPLETED: lambda detail, _: {
        "answered_at": _moment(detail["answered_at"]),
        "contacted_at": _moment(detail.get("contacted_at")),
    },
    Step.RECORD_SATISFIED: lambda detail, _: {
        "resolved": detail["resolved"] == "true",
        "score": int(detail["score"]),
    },
}


def entry_line(entry: Entry, origin: Origin) -> Line:
    """Return an entry as it is published."""
    facts = _FACTS.get(entry.step)
    return {
        "case_id": str(entry.case_id),
        "number": origin.number,
        "position": entry.position,
        "at": stamp(entry.at),
        "kind": entry.kind.value,
        "step": entry.step.value,
        "state": entry.state.value,
        "cycle": entry.cycle,
        "role": entry.role.value,
        "late": entry.late,
        "facts": {} if facts is None or entry.late else facts(entry.detail, origin),
    }


def figure_lines(found: views.Figures) -> list[Line]:
    """Return the figures of one scope."""
    return [
        {
            "scope": found.scope,
            "group": group.group,
            "figure": each.figure,
            "numerator": each.numerator,
            "denominator": each.denominator,
            "value": each.value,
        }
        for group in found.groups
        for each in group.figures
    ]


def rank_lines(found: views.Ranking) -> list[Line]:
    """Return one ranking, in its order."""
    return [
        {"figure": found.figure, "community": each.community, "rank": each.rank, "few": each.few}
        for each in found.communities
    ]


def _moment(text: str | None) -> str | None:
    return None if text is None else stamp(datetime.fromisoformat(text).astimezone(UTC))
