"""A case and its timeline as rows, and back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from contracts.commands.intake import Channel
from contracts.events.intake import Closure
from contracts.vocabulary import Kind, Point, Urgency
from services.intake.case.case import Case, Document, Entry
from services.intake.case.lifecycle import By, State, Step, Trigger
from services.intake.case.seal import Seal

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
    "closure",
    "score",
    "resolved",
    "seal",
    "closed_at",
    "archived_at",
    "version",
    "emitted",
)
_AS_TEXT = {"co_handlers": "co_handlers::text", "documents": "documents::text", "detail": "detail::text"}
CASE_COLUMNS = ", ".join(
    _AS_TEXT.get(name, name) for name in (*FIXED, *CHANGING, "longitude_deg", "latitude_deg")
)
ENTRY_COLUMNS = ", ".join(_AS_TEXT.get(name, name) for name in Entry.__struct_fields__)

_codes = msgspec.json.Decoder(tuple[str, ...])
_documents = msgspec.json.Decoder(tuple[Document, ...])
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


def _position(case: Case) -> dict[str, object]:
    if case.point is None:
        return {"longitude_deg": None, "latitude_deg": None}
    return {"longitude_deg": case.point.longitude_deg, "latitude_deg": case.point.latitude_deg}


def to_case(row: Sequence[Any]) -> Case:
    """Read a case from its columns in the order of `CASE_COLUMNS`."""
    *plain, longitude_deg, latitude_deg = row
    given = dict(zip((*FIXED, *CHANGING), plain, strict=True))
    given["channel"] = Channel(given["channel"])
    given["reported_by"] = By(given["reported_by"])
    given["state"] = State(given["state"])
    for name, kind in (("kind", Kind), ("urgency", Urgency), ("closure", Closure)):
        if given[name] is not None:
            given[name] = kind(given[name])
    given["co_handlers"] = _codes.decode(given["co_handlers"])
    given["documents"] = _documents.decode(given["documents"])
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
