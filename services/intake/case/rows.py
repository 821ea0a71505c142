"""A case and its timeline as rows, and back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from contracts.commands.case_views import Attempt
from contracts.commands.intake import Channel
from contracts.events.intake import CancelCause, Closure
from contracts.vocabulary import Card, Kind, LawfulChannel, Point, RefusalReason, Urgency
from services.intake.case import search
from services.intake.case.case import Case, Document, Entry
from services.intake.case.lifecycle import By, State, Step, Trigger
from services.intake.case.merging import Supporter
from services.intake.case.seal import Seal
from services.intake.case.waiting import Wait

# What a report fixes for good, and what the steps change.
FIXED = (
    "case_id",
    "number",
    "community",
    "grid",
    "text",
    "address",
    "occurred_at",
    "channel",
    "reported_by",
    "reporter_id",
    "reported_at",
)
CHANGING = (
    "state",
    "updated_at",
    "state_since",
    "cycle",
    "escalation",
    "category",
    "kind",
    "urgency",
    "lead",
    "co_handlers",
    "order_id",
    "handler_id",
    "documents",
    "attempts",
    "due_at",
    "due_provisional",
    "question",
    "answer",
    "master_id",
    "refusal",
    "lawful_channel",
    "cancelled_for",
    "conferences",
    "closure",
    "score",
    "resolved",
    "seal",
    "closed_at",
    "archived_at",
    "aside_at",
    "version",
    "emitted",
)
_AS_TEXT = {name: f"{name}::text" for name in ("co_handlers", "documents", "attempts", "detail")}
_WORDS = {
    "channel": Channel,
    "reported_by": By,
    "state": State,
    "kind": Kind,
    "urgency": Urgency,
    "closure": Closure,
    "refusal": RefusalReason,
    "lawful_channel": LawfulChannel,
    "cancelled_for": CancelCause,
}
CASE_COLUMNS = ", ".join(
    _AS_TEXT.get(name, name) for name in (*FIXED, *CHANGING, "longitude_deg", "latitude_deg")
)
ENTRY_COLUMNS = ", ".join(_AS_TEXT.get(name, name) for name in Entry.__struct_fields__)
WAIT_COLUMNS = ", ".join(Wait.__struct_fields__)
WAIT_REPLACES = "ON CONFLICT (case_id) DO UPDATE SET " + ", ".join(
    f"{name} = EXCLUDED.{name}" for name in Wait.__struct_fields__[1:]
)

_codes = msgspec.json.Decoder(tuple[str, ...])
_documents = msgspec.json.Decoder(tuple[Document, ...])
_attempts = msgspec.json.Decoder(tuple[Attempt, ...])
_detail = msgspec.json.Decoder(dict[str, str])


def changed(pairs: Sequence[tuple[Case, Case]]) -> list[dict[str, object]]:
    """Return the key and the columns that differ in any of the (old, new) pairs.

    A step touches a handful of columns, and each column costs as much as a row.
    """
    names = [name for name in CHANGING if any(getattr(old, name) != getattr(new, name) for old, new in pairs)]
    return [{"case_id": new.case_id} | {name: getattr(new, name) for name in names} for _, new in pairs]


def whole(cases: Sequence[Case]) -> list[dict[str, object]]:
    """Return the columns of new cases; those that are empty in all of them are left out."""
    names = [name for name in (*FIXED, *CHANGING) if any(getattr(case, name) is not None for case in cases)]
    return [{name: getattr(case, name) for name in names} | _position(case) for case in cases]


def is_found_otherwise(old: Case, new: Case) -> bool:
    """Return whether a step changes what a case is found by."""
    return not search.found_alike(search.told_of(old), search.told_of(new))


def words(found: Sequence[Case]) -> list[dict[str, object]]:
    """Return the columns of what leads to cases."""
    return [
        {"case_id": case.case_id, "reported_at": case.reported_at}
        | msgspec.structs.asdict(search.findable(search.told_of(case)))
        for case in found
    ]


def _position(case: Case) -> dict[str, object]:
    if case.point is None:
        return {"longitude_deg": None, "latitude_deg": None}
    return {"longitude_deg": case.point.longitude_deg, "latitude_deg": case.point.latitude_deg}


def to_case(row: Sequence[Any]) -> Case:
    """Read a case from its columns in the order of `CASE_COLUMNS`."""
    *plain, longitude_deg, latitude_deg = row
    given = dict(zip((*FIXED, *CHANGING), plain, strict=True))
    for name, word in _WORDS.items():
        if given[name] is not None:
            given[name] = word(given[name])
    given["co_handlers"] = _codes.decode(given["co_handlers"])
    given["documents"] = _documents.decode(given["documents"])
    given["attempts"] = _attempts.decode(given["attempts"])
    if longitude_deg is not None:
        given["point"] = Point(longitude_deg=longitude_deg, latitude_deg=latitude_deg)
    else:
        given["point"] = None
    return Case(**given)


def entry_row(entry: Entry) -> dict[str, object]:
    """Return an entry's columns."""
    return msgspec.structs.asdict(entry)


def to_entry(row: Sequence[Any]) -> Entry:
    """Read an entry from its columns in the order of `ENTRY_COLUMNS`."""
    given = dict(zip(Entry.__struct_fields__, row, strict=True))
    given["kind"] = Trigger(given["kind"])
    given["step"] = Step(given["step"])
    given["state"] = State(given["state"])
    given["role"] = By(given["role"])
    given["detail"] = _detail.decode(given["detail"])
    return Entry(**given)


def seal_row(seal: Seal) -> dict[str, object]:
    """Return a seal's columns, without its salt."""
    row = msgspec.structs.asdict(seal)
    del row["salt"]
    return row


def supporter_row(case_id: UUID, supporter: Supporter) -> dict[str, object]:
    """Return the columns of a supporter of a case."""
    return {"case_id": case_id} | msgspec.structs.asdict(supporter)


def to_supporter(row: Sequence[Any]) -> Supporter:
    """Read a supporter from its columns, without the case's id."""
    return Supporter(account_id=row[0], since=row[1], from_case=row[2])


def wait_row(wait: Wait) -> dict[str, object]:
    """Return a wait's columns."""
    return msgspec.structs.asdict(wait)


def to_wait(row: Sequence[Any]) -> Wait:
    """Read a wait from its columns in the order of `WAIT_COLUMNS`."""
    given = dict(zip(Wait.__struct_fields__, row, strict=True))
    given["state"] = State(given["state"])
    given["waits_for"] = By(given["waits_for"])
    given["card"] = None if given["card"] is None else Card(given["card"])
    return Wait(**given)
