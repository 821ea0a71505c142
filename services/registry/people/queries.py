"""What is told of persons: behind masks, or revealed with a reason that is put on record."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal, the_system
from chassis.refusal import Invalid, MalformedCursor, NotFound
from contracts.commands.people import (
    PersonPage,
    PersonRevealed,
    PersonView,
    Revealable,
    RevealPage,
)
from contracts.envelope import uuid7
from services.registry import metrics
from services.registry.people import masking, reads, repository
from services.registry.people.authority import kept_community, sees
from services.registry.people.errors import UnknownPerson
from services.registry.people.keeping import keeping
from services.registry.people.person import fit_reason
from services.registry.people.sealed import person_of

log = structlog.get_logger()

MOST_PERSONS, MOST_REVEALS = 100, 100
AT_A_TIME = 1_000
_CURSOR = re.compile(r"([A-Za-z0-9-]{1,32})~([0-9a-f-]{36})")
_FIRST = ("", UUID(int=0))


def person(database: Database, principal: Principal, person_id: UUID) -> PersonView:
    """Return a person behind masks. Raises: Forbidden, UnknownPerson."""
    with database.reading() as connection:
        if not sees(principal, reads.community_of(connection, person_id)):
            raise UnknownPerson
        row = reads.person(connection, person_id)
    if row is None:
        raise UnknownPerson
    return _view(row)


def list_persons(
    database: Database, principal: Principal, *, place: str, cursor: str | None, limit: int
) -> PersonPage:
    """Return the persons who live at a place, behind masks. Raises: Forbidden, NotFound, MalformedCursor."""
    if not 1 <= limit <= MOST_PERSONS:
        raise Invalid(f"1 to {MOST_PERSONS}", field="limit")
    after = _FIRST if cursor is None else _after(cursor)
    with database.reading() as connection:
        community = reads.community_of_place(connection, place)
        if not sees(principal, community) or community is None:
            raise NotFound
        rows = reads.page(connection, place, after=after, limit=limit + 1)
    items = tuple(_view(row) for row in rows[:limit])
    further = len(rows) > limit
    return PersonPage(
        items=items, next_cursor=f"{items[-1].household}~{items[-1].person_id}" if further else None
    )


def reveal(
    database: Database, context: Context, *, person_id: UUID, fields: Collection[Revealable], reason: str
) -> PersonRevealed:
    """Return what a mask hides, and put on record who was told, and why.

    Raises: Forbidden, UnknownPerson, ReasonMissing, Invalid.
    """
    principal = context.required()
    community = kept_community(principal)
    wanted = sorted(set(fields))
    if not wanted:
        raise Invalid("at least one", field="fields")
    why = fit_reason(reason)
    with database.writing(context) as uow:
        row = reads.person(uow.connection, person_id)
        if row is None or reads.community_of(uow.connection, person_id) != community:
            raise UnknownPerson
        repository.note_reveal(
            uow.connection, person_id=person_id, revealed_to=principal.subject, fields=wanted, reason=why
        )
    # Only what is on record is told.
    metrics.REVEALS.inc()
    found = person_of(row, keeping().vault)
    return PersonRevealed(person_id=person_id, **{field: getattr(found, field) for field in wanted})


def reveals(database: Database, principal: Principal, person_id: UUID) -> RevealPage:
    """Return who was told what of a person. Raises: Forbidden, UnknownPerson."""
    with database.reading() as connection:
        if not sees(principal, reads.community_of(connection, person_id)):
            raise UnknownPerson
        return RevealPage(items=reads.reveals(connection, person_id, limit=MOST_REVEALS))


def reseal(database: Database) -> int:
    """Seal up to a thousand persons again who are sealed under an older key; return how many."""
    with database.writing(Context(principal=the_system(), correlation_id=str(uuid7()))) as uow:
        number = repository.reseal(uow.connection, limit=AT_A_TIME)
    if number:
        log.info("persons.resealed", persons=number, version=keeping().vault.version)
    return number


def _after(cursor: str) -> tuple[str, UUID]:
    found = _CURSOR.fullmatch(cursor)
    try:
        if found is None:
            raise MalformedCursor
        return found[1], UUID(found[2])
    except ValueError as error:
        raise MalformedCursor from error


def _view(row: Any) -> PersonView:
    found = person_of(row, keeping().vault)
    return PersonView(
        person_id=found.person_id,
        name=masking.name(found.name),
        born_in=found.birthday.year,
        id_number=masking.id_number(found.id_number),
        phone=masking.phone(found.phone),
        address=masking.address(found.address),
        household=row["household"],
        relation=row["relation"],
        since=row["since"],
    )
