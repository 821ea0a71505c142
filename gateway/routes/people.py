"""Persons and what they own, for the residents' committee and the service centre of their community."""

from typing import Any
from uuid import UUID

from flask import Response, request

from contracts.commands.people import (
    ImportReport,
    ImportRows,
    MovePerson,
    PersonPage,
    PersonReceipt,
    PersonRevealed,
    PersonView,
    RegisterPerson,
    RevealPage,
    UnitPage,
)
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, context, house, principal
from gateway.refusals import UnsupportedMediaType, invalid
from gateway.routing import FORM, PREFIX, Routes, answer
from gateway.schemas.people import ImportForm, Move, PlaceOfPersons, Registration, Reveal

routes = Routes("people", "Persons behind masks, and what they own.")

_PERSON = "/people/<uuid:person_id>"
_HOUSEHOLDS = ("unknown_household", "household_has_head", "key_reused")
# A file of ten thousand rows is read and sealed within seconds.
_PATIENCE_S = 60.0
_EXAMPLE = "c02-g01-s01-d1-h101"


@routes.get(
    "/people",
    query=PlaceOfPersons(),
    answer=PersonPage,
    problems=("not_found", "malformed_cursor"),
)
def list_persons(query: dict[str, Any]) -> Response:
    """Return who lives at a place now, behind masks, household by household."""
    return answer(ask("registry", "list_persons", result=PersonPage, **query))


@routes.get("/units", query=PlaceOfPersons(), answer=UnitPage, problems=("not_found", "malformed_cursor"))
def list_units(query: dict[str, Any]) -> Response:
    """Return the units of property at a place, with who owns them now: persons behind masks."""
    return answer(ask("registry", "list_units", result=UnitPage, **query))


@routes.post(
    "/people/imports",
    form=ImportForm(),
    answer=ImportReport,
    problems=("broken_rows", "unsupported_media_type", "key_reused"),
)
def import_rows(form: dict[str, Any]) -> Response:
    """Take persons or units of your community from a file as the part `file`: all rows, or none.

    Excel (.xlsx) or CSV (UTF-8 or GB 18030) of up to 10,000 rows and 5 MB. With `dry_run` nothing is
    taken and every fault is named by row, column and a word; the columns are described in docs/people.md.
    """
    command = command_id(principal().subject)
    content = _file()
    if form["dry_run"]:
        tried = house().rpc.query(
            "registry",
            "check_rows",
            context=context(_PATIENCE_S),
            result=ImportReport,
            timeout_s=_PATIENCE_S,
            kind=form["kind"],
            content=content,
        )
        return answer(tried)
    rows = ImportRows(command_id=command, kind=form["kind"], content=content)
    return answer(carry_out("registry", rows, result=ImportReport, timeout_s=_PATIENCE_S))


def _file() -> bytes:
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"send {FORM}")
    file = request.files.get("file")
    if file is None or len(request.files) != 1:
        raise invalid("", {"file": "required"})
    return file.stream.read()


@routes.get(_PERSON, answer=PersonView, problems=("not_found",))
def person(person_id: UUID) -> Response:
    """Return a person behind masks."""
    return answer(ask("registry", "person", result=PersonView, person_id=person_id))


@routes.post(
    "/people",
    body=Registration(),
    answer=PersonReceipt,
    status=201,
    problems=(*_HOUSEHOLDS, "conflict"),
    headers=("Location",),
    example={
        "household": _EXAMPLE,
        "relation": "head",
        "since": "2012-06-01",
        "name": "王小花",
        "birthday": "1970-01-01",
    },
)
def register_person(body: dict[str, Any]) -> Response:
    """Put a person of your community on record."""
    command = command_id(principal().subject)
    registering = RegisterPerson(command_id=command, person_id=made_by(command, "person"), **body)
    receipt = carry_out("registry", registering, result=PersonReceipt)
    return answer(receipt, status=201, location=f"{PREFIX}/people/{receipt.person_id}")


@routes.post(
    f"{_PERSON}/residence",
    body=Move(),
    answer=PersonReceipt,
    problems=(*_HOUSEHOLDS, "not_found", "move_out_of_order"),
    example={"household": _EXAMPLE, "relation": "child", "on": "2026-03-02"},
)
def move_person(body: dict[str, Any], person_id: UUID) -> Response:
    """Say where a person of your community lives from a day on. A roll that was frozen stays as it is."""
    moving = MovePerson(command_id=command_id(principal().subject), person_id=person_id, **body)
    return answer(carry_out("registry", moving, result=PersonReceipt))


@routes.post(
    f"{_PERSON}/reveal",
    body=Reveal(),
    answer=PersonRevealed,
    keyed=False,
    problems=("not_found",),
    example={"fields": ["phone"], "reason": "电话回访, 核实漏水情况"},
)
def reveal_person(body: dict[str, Any], person_id: UUID) -> Response:
    """Return what masks hide of a person of your community; that you asked, and why, stays on record."""
    said = {"fields": body["fields_"], "reason": body["reason"]}
    return answer(ask("registry", "reveal_person", result=PersonRevealed, person_id=person_id, **said))


@routes.get(f"{_PERSON}/reveals", answer=RevealPage, problems=("not_found",))
def reveals(person_id: UUID) -> Response:
    """Return who was told what of a person, when and why: the newest hundred."""
    return answer(ask("registry", "reveals", result=RevealPage, person_id=person_id))
