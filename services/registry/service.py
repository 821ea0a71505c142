"""Registry on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from contracts.commands.people import (
    CodeRequested,
    CommunityView,
    ImportKind,
    ImportReport,
    PersonPage,
    PersonRevealed,
    PersonView,
    Revealable,
    RevealPage,
    UnitPage,
)
from contracts.commands.registry import AccountView, CalendarView, CategoryView, DepartmentView, PlaceView
from contracts.events.registry import Tier
from services.registry.accounts import handlers as accounts
from services.registry.accounts import queries as accounts_queries
from services.registry.calendar import queries as calendar
from services.registry.codes import queries as codes
from services.registry.importing import handlers as importing
from services.registry.organisation import queries as organisation
from services.registry.people import handlers as people
from services.registry.people import queries as people_queries
from services.registry.people.dependency import KeepingDependency
from services.registry.property import queries as property_queries
from services.registry.roll import handlers as roll

NAME = "registry"
COMMANDS = CommandProcessor(NAME, (*accounts.COMMANDS, *people.COMMANDS, *importing.COMMANDS))
EVENTS = EventProcessor(NAME, roll.EVENTS)


class RegistryService:
    """登记."""

    name = NAME
    database = DatabaseDependency()
    keeping = KeepingDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.15)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take governance's events."""
        EVENTS.process(self.database, batch)

    @every(seconds=5.0, eager=True)
    def take_up(self) -> None:
        """Apply what an older build could not read yet."""
        EVENTS.take_up(self.database)

    @query
    def check_password(self, context: Context, *, login: str, password: str) -> AccountView:
        """Return who signs in. Raises: WrongCredentials, TooManyRequests."""
        return accounts_queries.check_password(self.database, context, login=login, password=password)

    @query
    def account(self, context: Context, *, account_id: UUID) -> AccountView:
        """Return an account to whom it belongs or to an operator. Raises: NotFound."""
        return accounts_queries.account(self.database, context.required(), account_id)

    @query
    def places(
        self,
        _context: Context,
        *,
        on: date | None = None,
        parent: str | None = None,
        tier: Tier | None = None,
    ) -> tuple[PlaceView, ...]:
        """Return the units that exist on a day, today by default."""
        return organisation.places(self.database, on=on, parent=parent, tier=tier)

    @query
    def categories(self, _context: Context) -> tuple[CategoryView, ...]:
        """Return the categories of both levels."""
        return organisation.categories(self.database)

    @query
    def departments(self, _context: Context) -> tuple[DepartmentView, ...]:
        """Return the departments."""
        return organisation.departments(self.database)

    @query
    def community(self, _context: Context, *, code: str) -> CommunityView:
        """Return a community's bodies and resident groups. Raises: NotFound."""
        return organisation.community(self.database, code)

    @query
    def calendar_year(self, _context: Context, *, year: int) -> CalendarView:
        """Return how a year is worked. Raises: NotFound."""
        return calendar.calendar_year(self.database, year)

    @query
    def person(self, context: Context, *, person_id: UUID) -> PersonView:
        """Return a person behind masks. Raises: Forbidden, UnknownPerson."""
        return people_queries.person(self.database, context.required(), person_id)

    @query
    def list_persons(
        self, context: Context, *, place: str, cursor: str | None = None, limit: int = 20
    ) -> PersonPage:
        """Return who lives at a place. Raises: Forbidden, NotFound, Invalid, MalformedCursor."""
        return people_queries.list_persons(
            self.database, context.required(), place=place, cursor=cursor, limit=limit
        )

    @query
    def reveal_person(
        self, context: Context, *, person_id: UUID, fields: tuple[Revealable, ...], reason: str
    ) -> PersonRevealed:
        """Return what masks hide, and put it on record. Raises: Forbidden, UnknownPerson, Invalid."""
        return people_queries.reveal(
            self.database, context, person_id=person_id, fields=fields, reason=reason
        )

    @query
    def reveals(self, context: Context, *, person_id: UUID) -> RevealPage:
        """Return who was told what of a person, and why. Raises: Forbidden, UnknownPerson."""
        return people_queries.reveals(self.database, context.required(), person_id)

    @query
    def list_units(
        self, context: Context, *, place: str, cursor: str | None = None, limit: int = 20
    ) -> UnitPage:
        """Return the units of a place. Raises: Forbidden, NotFound, Invalid, MalformedCursor."""
        return property_queries.list_units(
            self.database, context.required(), place=place, cursor=cursor, limit=limit
        )

    @query
    def check_rows(self, context: Context, *, kind: ImportKind, content: bytes) -> ImportReport:
        """Say what a file would do. Raises: Forbidden, UnfitFile."""
        return importing.check_rows(self.database, context, kind=kind, content=content)

    @query
    def request_code(self, context: Context, *, phone: str) -> CodeRequested:
        """Send a code to a resident's phone. Raises: Invalid, TooManyCodes, Unavailable."""
        return codes.request_code(self.database, context, phone=phone)

    @query
    def sign_in_by_code(self, context: Context, *, request_id: UUID, code: str) -> AccountView:
        """Return who signs in by a code. Raises: WrongCode."""
        return codes.sign_in(self.database, context, request_id=request_id, code=code)

    @every(seconds=60.0)
    def forget_old_failures(self) -> None:
        """Drop the failed sign-ins that no longer count."""
        accounts_queries.forget_old_failures(self.database)

    @every(seconds=60.0)
    def forget_old_codes(self) -> None:
        """Drop the codes that no longer count."""
        codes.forget_old_codes(self.database)

    @every(seconds=60.0)
    def reseal(self) -> None:
        """Seal persons again who are still sealed under an older key."""
        people_queries.reseal(self.database)
