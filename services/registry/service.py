"""Registry on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from contracts.commands.registry import AccountView, CalendarView, CategoryView, DepartmentView, PlaceView
from contracts.events.registry import Tier
from services.registry.accounts import handlers as accounts
from services.registry.accounts import queries as accounts_queries
from services.registry.calendar import queries as calendar
from services.registry.organisation import queries as organisation

NAME = "registry"
COMMANDS = CommandProcessor(NAME, accounts.COMMANDS)
EVENTS = EventProcessor(NAME, ())


class RegistryService:
    """登记."""

    name = NAME
    database = DatabaseDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.15)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take governance's events."""
        EVENTS.process(self.database, batch)

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
    def calendar_year(self, _context: Context, *, year: int) -> CalendarView:
        """Return how a year is worked. Raises: NotFound."""
        return calendar.calendar_year(self.database, year)

    @every(seconds=60.0)
    def forget_old_failures(self) -> None:
        """Drop the failed sign-ins that no longer count."""
        accounts_queries.forget_old_failures(self.database)
