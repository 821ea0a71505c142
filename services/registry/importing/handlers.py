"""Taking a file: all of it, or nothing."""

from datetime import date, timedelta, timezone
from uuid import UUID, uuid4

import msgspec

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands.people import ImportKind, ImportReport, ImportRows
from services.registry import metrics
from services.registry.importing import repository
from services.registry.importing.errors import BrokenRows
from services.registry.importing.plan import Plan, plan
from services.registry.importing.units import Deed, Estate, Owner, owner_id_of
from services.registry.people.authority import kept_community
from services.registry.people.id_number import birthday_of
from services.registry.people.person import Person, Residence
from services.registry.people.repository import PersonStore, ResidenceStore
from services.registry.property.repository import OrganisationStore, Ownerships, UnitStore
from services.registry.property.unit import Ownership, Unit, organisation_id_of, unit_id_of

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def check_rows(database: Database, context: Context, *, kind: ImportKind, content: bytes) -> ImportReport:
    """试导入: say what a file would do, and name every fault. Raises: Forbidden, UnfitFile."""
    community = kept_community(context.required())
    with database.transaction(context) as uow:
        today = uow.now.astimezone(_SHANGHAI).date()
        return plan(uow.connection, kind, content, community=community, today=today).report


def import_rows(message: ImportRows, uow: UnitOfWork) -> ImportReport:
    """导入. Raises: Forbidden, UnfitFile, BrokenRows."""
    community = kept_community(uow.principal)
    repository.alone(uow.connection)
    today = uow.now.astimezone(_SHANGHAI).date()
    found = plan(uow.connection, message.kind, message.content, community=community, today=today)
    if found.report.faults:
        raise BrokenRows(found.report.faults)
    if message.kind is ImportKind.PERSONS:
        _settle(found, uow)
    else:
        _convey(found.deeds, uow)
    uow.after_commit(lambda: metrics.IMPORTED.labels(message.kind.value).inc(found.report.new))
    return found.report


def _settle(found: Plan, uow: UnitOfWork) -> None:
    """Put who is new on record; who says nothing else has lived there as long as there is the household."""
    for each in found.newcomers:
        person = msgspec.structs.replace(each.person, person_id=uuid4())
        residence = Residence(
            person_id=person.person_id,
            household=each.household,
            relation=each.relation,
            valid_from=each.since or found.households[each.household].valid_from,
        )
        uow.store(PersonStore).put(person.person_id, person)
        uow.store(ResidenceStore).put(person.person_id, residence)


def _convey(deeds: list[Deed], uow: UnitOfWork) -> None:
    """Put units that are new on record, and let those that are known change hands."""
    known = repository.property_of(uow.connection, deeds)
    persons = dict(known.persons)
    for deed in deeds:
        for owner in deed.owners:
            _know(owner, persons, uow)
        unit = known.units.get(deed.code)
        since = deed.since or known.began[deed.place]
        if unit is None:
            uow.store(UnitStore).put(unit_id_of(deed.code), _unit(deed, known))
        new = {owner_id_of(owner, persons): owner for owner in deed.owners}
        before = [] if unit is None else known.ownerships[unit.unit_id]
        for each in before:
            if each.owner_id not in new:
                uow.store(Ownerships).append(msgspec.structs.replace(each, valid_to=since))
        for owner_id in new.keys() - {each.owner_id for each in before}:
            uow.store(Ownerships).append(_ownership(deed, new[owner_id], owner_id, since=since))


def _know(owner: Owner, persons: dict[str, UUID], uow: UnitOfWork) -> None:
    """See that an owner is on record; one who lives elsewhere has no household here."""
    if owner.id_number is None:
        uow.store(OrganisationStore).put(organisation_id_of(owner.name), owner.name)
    elif owner.id_number not in persons:
        person = Person(
            person_id=uuid4(),
            name=owner.name,
            birthday=birthday_of(owner.id_number),
            id_number=owner.id_number,
        )
        uow.store(PersonStore).put(person.person_id, person)
        persons[owner.id_number] = person.person_id


def _unit(deed: Deed, known: Estate) -> Unit:
    return Unit(
        unit_id=unit_id_of(deed.code),
        code=deed.code,
        place=deed.place,
        use=deed.use,
        area_hundredths_m2=deed.area_hundredths_m2,
        valid_from=known.began[deed.place],
    )


def _ownership(deed: Deed, owner: Owner, owner_id: UUID | None, *, since: date) -> Ownership:
    unit_id = unit_id_of(deed.code)
    if owner.id_number is None:
        return Ownership(unit_id=unit_id, organisation_id=owner_id, valid_from=since)
    return Ownership(unit_id=unit_id, person_id=owner_id, valid_from=since)


COMMANDS: tuple[CommandRoute, ...] = (command(ImportRows, import_rows),)
