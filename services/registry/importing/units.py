"""Rows of units: one for each owner of each unit. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from contracts.commands.people import UnitUse
from services.registry.importing.columns import USES, Faults, Line, day_of
from services.registry.organisation.place import is_code
from services.registry.people import id_number as numbers
from services.registry.people.person import LONGEST_NAME, is_words
from services.registry.property.unit import Ownership, Unit, area_of, organisation_id_of


class Owner(NamedTuple):
    """Who owns: a person by their identity number, or an organisation by its name."""

    id_number: str | None
    name: str


class Deed(NamedTuple):
    """What a file says of one unit; `rows` are those that say it."""

    rows: tuple[int, ...]
    code: str
    place: str
    use: UnitUse
    area_hundredths_m2: int
    owners: frozenset[Owner]
    since: date | None


class Estate(NamedTuple):
    """What registry knows: communities of places, units by code, who owns them, whose numbers these are."""

    communities: Mapping[str, str]
    units: Mapping[str, Unit]
    ownerships: Mapping[UUID, Sequence[Ownership]]
    persons: Mapping[str, UUID]
    began: Mapping[str, date]


def deeds(lines: Sequence[Line], faults: Faults, *, demo: bool, today: date) -> list[Deed]:
    """Return what a file says, unit by unit; what is wrong with a row is noted."""
    found: dict[str, Deed] = {}
    for line in lines:
        each = _deed(line, faults, demo=demo, today=today)
        before = found.get(each.code)
        if before is None:
            found[each.code] = each
            continue
        if before._replace(rows=(), owners=frozenset()) != each._replace(rows=(), owners=frozenset()):
            faults.add(line.number, "code", "rows_differ")
        if before.owners & each.owners:
            faults.add(line.number, "owner_name", "twice_in_the_file")
        found[each.code] = before._replace(
            rows=(*before.rows, line.number), owners=before.owners | each.owners
        )
    return list(found.values())


def _deed(line: Line, faults: Faults, *, demo: bool, today: date) -> Deed:
    code = faults.required(line, "code")
    if code and not is_code(code):
        faults.add(line.number, "code", "not_a_code")
    faults.required(line, "area_m2")
    area = faults.read(line, "area_m2", area_of, "not_an_area")
    use = faults.read(line, "use", USES.get, "not_one_of_these")
    since = faults.read(line, "since", day_of, "not_a_date")
    if since is not None and since > today:
        faults.add(line.number, "since", "out_of_range")
    return Deed(
        rows=(line.number,),
        code=code,
        place=line.text("place") or code,
        use=use or UnitUse.DWELLING,
        area_hundredths_m2=area or 0,
        owners=frozenset([_owner(line, faults, demo=demo, today=today)]),
        since=since,
    )


def _owner(line: Line, faults: Faults, *, demo: bool, today: date) -> Owner:
    organisation, name = line.text("owner_organisation"), line.text("owner_name")
    number = faults.id_number(line, "owner_id_number")
    if organisation is not None:
        if name is not None or number is not None:
            faults.add(line.number, "owner_organisation", "person_or_organisation")
        _check_name(line, "owner_organisation", organisation, faults)
        return Owner(None, organisation)
    if name is None or number is None:
        column = "owner_name" if name is None else "owner_id_number"
        if not faults.of(line.number):
            faults.add(line.number, column, "required")
    elif fault := numbers.fault_of(number, demo=demo, today=today):
        faults.add(line.number, "owner_id_number", fault)
    _check_name(line, "owner_name", name or "", faults)
    return Owner(number, name or "")


def _check_name(line: Line, column: str, name: str, faults: Faults) -> None:
    if not faults.of(line.number) and not is_words(name, LONGEST_NAME):
        faults.add(line.number, column, "length")


def check(found: Sequence[Deed], known: Estate, faults: Faults, *, community: str) -> list[Deed]:
    """Return what is new: units, and units that change hands. What is wrong is noted."""
    fresh = []
    for deed in found:
        row = deed.rows[0]
        unit = known.units.get(deed.code)
        if known.communities.get(deed.place) != community:
            faults.add(row, "place", "unknown_place")
        elif unit is None:
            if deed.since is not None and deed.since < known.began[deed.place]:
                faults.add(row, "since", "out_of_range")
            fresh.append(deed)
        elif not _is(unit, deed):
            faults.add(row, "code", "on_record_otherwise")
        elif not _owned_alike(unit, deed, known):
            began = max(each.valid_from for each in known.ownerships[unit.unit_id])
            if deed.since is None or deed.since <= began:
                faults.add(row, "since", "not_after_the_owners_before")
            fresh.append(deed)
    return fresh


def _is(unit: Unit, deed: Deed) -> bool:
    said = (deed.place, deed.use, deed.area_hundredths_m2)
    return (unit.place, unit.use, unit.area_hundredths_m2) == said


def _owned_alike(unit: Unit, deed: Deed, known: Estate) -> bool:
    return {each.owner_id for each in known.ownerships[unit.unit_id]} == {
        owner_id_of(owner, known.persons) for owner in deed.owners
    }


def owner_id_of(owner: Owner, persons: Mapping[str, UUID]) -> UUID | None:
    """Return who an owner is, None for a person who is not on record."""
    return organisation_id_of(owner.name) if owner.id_number is None else persons.get(owner.id_number)
