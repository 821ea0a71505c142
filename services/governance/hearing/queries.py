"""What can be asked about hearings, and who sees what."""

from uuid import UUID

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands.hearing_views import (
    Draw,
    HearingPage,
    HearingView,
    Registrations,
    RegistrationView,
)
from contracts.vocabulary import Role
from services.governance import paging
from services.governance.hearing import reads
from services.governance.hearing.errors import UnknownHearing
from services.governance.hearing.hearing import Hearing, Registration
from services.governance.standing import account_of, acting_in, community_of


def published(
    database: Database, *, community: str | None = None, cursor: str | None = None, limit: int = 20
) -> HearingPage:
    """Return the hearings that were noticed, for everybody. Raises: Invalid, MalformedCursor."""
    behind, most = paging.decode(cursor), paging.checked(limit)
    with database.reading() as connection:
        return reads.page(connection, community=community, published=True, behind=behind, limit=most)


def drafts(
    database: Database, principal: Principal, *, cursor: str | None = None, limit: int = 20
) -> HearingPage:
    """Return the drafts of one's own community. Raises: Forbidden, Invalid, MalformedCursor."""
    community = community_of(principal, Role.COMMITTEE)
    behind, most = paging.decode(cursor), paging.checked(limit)
    with database.reading() as connection:
        return reads.page(connection, community=community, published=False, behind=behind, limit=most)


def one(database: Database, hearing_id: UUID) -> HearingView:
    """Return a hearing that was noticed, for everybody. Raises: UnknownHearing."""
    with database.reading() as connection:
        return reads.view(connection, _noticed(reads.one(connection, hearing_id)))


def draw(database: Database, hearing_id: UUID) -> Draw:
    """Return everything by which a hearing's draw is repeated. Raises: UnknownHearing."""
    with database.reading() as connection:
        return reads.draw(connection, _noticed(reads.one(connection, hearing_id)))


def registrations(database: Database, principal: Principal, hearing_id: UUID) -> Registrations:
    """Return a resident's own registration with its code, or to who runs the hearing all with names.

    Raises: UnknownHearing, Forbidden.
    """
    with database.reading() as connection:
        hearing = _noticed(reads.one(connection, hearing_id))
        people = reads.registrations(connection, hearing_id)
    role = acting_in(principal, hearing.community, Role.COMMITTEE, Role.CLERK, Role.RESIDENT)
    if role is not Role.RESIDENT:
        items = tuple(_view(each, name=each.name or None) for each in people)
    else:
        own = account_of(principal)
        items = tuple(_view(each, code=each.code) for each in people if each.account_id == own)
    return Registrations(hearing_id=hearing_id, items=items)


def _noticed(hearing: Hearing | None) -> Hearing:
    if hearing is None or hearing.noticed_at is None:
        raise UnknownHearing
    return hearing


def _view(each: Registration, *, name: str | None = None, code: str | None = None) -> RegistrationView:
    return RegistrationView(
        registration_id=each.id,
        capacity=each.capacity,
        side=each.side,
        seat=each.seat,
        present=each.present,
        signed=each.signed,
        name=name,
        code=code,
    )
