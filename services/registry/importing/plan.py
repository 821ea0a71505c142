"""Reading a file against what is on record: what would be new, and every fault. Nothing is written here."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from contracts.commands.people import ImportKind, ImportReport
from services.registry.importing import persons, repository, units
from services.registry.importing.columns import Faults, lines_of
from services.registry.importing.persons import Newcomer, OnRecord, keys_of
from services.registry.importing.sheets import read
from services.registry.importing.units import Deed
from services.registry.people import repository as people
from services.registry.people.keeping import keeping
from services.registry.people.person import Household


class Plan(NamedTuple):
    """What a file would do."""

    report: ImportReport
    newcomers: list[Newcomer]
    households: dict[str, Household]
    deeds: list[Deed]


def plan(connection: Connection, kind: ImportKind, content: bytes, *, community: str, today: date) -> Plan:
    """Read a file for a community. Raises: UnfitFile."""
    lines = lines_of(read(content), kind)
    faults = Faults()
    if kind is ImportKind.UNITS:
        deeds = units.deeds(lines, faults, demo=keeping().demo, today=today)
        fresh = units.check(deeds, repository.property_of(connection, deeds), faults, community=community)
        return Plan(_report(kind, len(lines), len(fresh), len(deeds), faults), [], {}, fresh)
    newcomers = [persons.newcomer(line, faults, demo=keeping().demo, today=today) for line in lines]
    known = _on_record(connection, newcomers)
    new = persons.check(newcomers, known, faults, community=community, today=today)
    report = _report(kind, len(lines), len(new), len(newcomers), faults)
    return Plan(report, new, dict(known.households), [])


def _report(kind: ImportKind, rows: int, new: int, read_: int, faults: Faults) -> ImportReport:
    found = faults.ordered()
    if found:
        return ImportReport(kind=kind, rows=rows, new=0, known=0, faults=found)
    return ImportReport(kind=kind, rows=rows, new=new, known=read_ - new, faults=())


def _on_record(connection: Connection, newcomers: list[Newcomer]) -> OnRecord:
    vault = keeping().vault
    indexes = {
        vault.index(text, column=column): (column, text)
        for each in newcomers
        for column, text in keys_of(each.person)
    }
    holders = people.holders(connection, indexes.keys())
    households = {each.household for each in newcomers}
    return OnRecord(
        households=people.households(connection, households),
        holders={indexes[index]: person_id for index, person_id in holders.items() if index in indexes},
        homes=repository.homes(connection, set(holders.values())),
        heads=people.heads(connection, [code for code in households if "\0" not in code]),
    )
