"""Putting persons on record and moving them: load, decide, save. Nothing of a person is told to anybody."""

from datetime import date, timedelta, timezone

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands.people import MovePerson, PersonReceipt, RegisterPerson, Relation
from services.registry.people import reads, repository
from services.registry.people.authority import kept_community
from services.registry.people.errors import HeadKnown, PersonKnown, UnknownHousehold, UnknownPerson
from services.registry.people.keeping import keeping
from services.registry.people.person import Person, Residence, Resident, check, move
from services.registry.people.repository import EndedResidences, PersonStore, ResidenceStore
from services.registry.people.sealed import indexes

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def today(uow: UnitOfWork) -> date:
    """Return the cell's day."""
    return uow.now.astimezone(_SHANGHAI).date()


def register_person(message: RegisterPerson, uow: UnitOfWork) -> PersonReceipt:
    """登记居民. Raises: Forbidden, UnfitPerson, UnknownHousehold, HeadKnown, PersonKnown."""
    community = kept_community(uow.principal)
    person = Person(
        person_id=message.person_id,
        name=message.name,
        birthday=message.birthday,
        id_number=message.id_number,
        phone=message.phone,
        address=message.address,
    )
    check(person, demo=keeping().demo, today=today(uow))
    _check_household(uow, message.household, community, message.since)
    _check_head(uow, message.household, message.relation)
    persons = uow.store(PersonStore)
    taken = repository.holders(uow.connection, indexes(person, keeping().vault).values())
    if persons.get(person.person_id) is not None or taken:
        raise PersonKnown("somebody with this identity number or phone is on record")
    residence = Residence(
        person_id=person.person_id,
        household=message.household,
        relation=message.relation,
        valid_from=message.since,
    )
    persons.put(person.person_id, person)
    uow.store(ResidenceStore).put(person.person_id, residence)
    return PersonReceipt(person_id=person.person_id, household=residence.household)


def move_person(message: MovePerson, uow: UnitOfWork) -> PersonReceipt:
    """搬家. Raises: Forbidden, UnknownPerson, UnknownHousehold, HeadKnown, MovedBefore."""
    community = kept_community(uow.principal)
    person = uow.store(PersonStore).get(message.person_id)
    if person is None or reads.community_of(uow.connection, message.person_id) != community:
        raise UnknownPerson
    if message.household is not None:
        _check_household(uow, message.household, None, message.on)
        _check_head(uow, message.household, message.relation)
    resident = Resident(
        person=person,
        residence=uow.store(ResidenceStore).get(message.person_id),
        left=repository.left_on(uow.connection, message.person_id),
    )
    for residence in move(
        resident, to=message.household, relation=message.relation, on=message.on, today=today(uow)
    ):
        if residence.valid_to is None:
            uow.store(ResidenceStore).put(message.person_id, residence)
        else:
            uow.store(EndedResidences).append(residence)
    return PersonReceipt(person_id=message.person_id, household=message.household)


def _check_household(uow: UnitOfWork, code: str, community: str | None, on: date) -> None:
    """Check that there is such a household on a day, in a community where one is named."""
    found = repository.households(uow.connection, [code]).get(code)
    if found is None or not found.exists_on(on) or community not in (None, found.community):
        raise UnknownHousehold(household=code)
    if on > today(uow):
        raise UnknownHousehold("nobody lives somewhere from a day that has not come", household=code)


def _check_head(uow: UnitOfWork, code: str, relation: Relation) -> None:
    if relation is Relation.HEAD and repository.heads(uow.connection, [code]):
        raise HeadKnown(household=code)


COMMANDS: tuple[CommandRoute, ...] = (
    command(RegisterPerson, register_person, loads=((PersonStore, lambda asked: asked.person_id),)),
    command(
        MovePerson,
        move_person,
        loads=(
            (PersonStore, lambda asked: asked.person_id),
            (ResidenceStore, lambda asked: asked.person_id),
        ),
    ),
)
