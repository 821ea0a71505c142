"""Who somebody is in the district: roles and the place they are held at. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid
from contracts.commands.registry import AccountView, OpenAccount
from contracts.events.registry import AccountOpened, Tier
from contracts.vocabulary import Role
from services.registry.accounts.errors import UnfitPlace, UnfitRoles, UnknownDepartment, UnknownGrid
from services.registry.organisation.department import Department
from services.registry.organisation.place import Place

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
LONGEST_NAME = 64
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")

COMMUNITY, GRID, DEPARTMENT = "community", "grid", "department"

# Where a role is held; the whole district where nothing is named.
PLACE_OF: dict[Role, frozenset[str]] = {
    Role.RESIDENT: frozenset(),
    Role.GRID_WORKER: frozenset({COMMUNITY, GRID}),
    Role.CLERK: frozenset({COMMUNITY}),
    Role.HOTLINE: frozenset(),
    Role.COMMITTEE: frozenset({COMMUNITY}),
    Role.DISPATCHER: frozenset(),
    Role.DEPARTMENT: frozenset({DEPARTMENT}),
    Role.ARCHIVIST: frozenset(),
    Role.INSPECTOR: frozenset(),
    Role.OPERATOR: frozenset(),
}
# Where a role may be held besides: a resident belongs to a community once it is known which.
MAY_NAME: dict[Role, frozenset[str]] = {Role.RESIDENT: frozenset({COMMUNITY})}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with roles, held at one place."""

    account_id: UUID
    display_name: str
    roles: tuple[Role, ...]
    community: str | None = None
    grid: str | None = None
    department: str | None = None

    def event(self) -> AccountOpened:
        """Return what the other services are told: neither name nor login."""
        return AccountOpened(
            account_id=self.account_id,
            roles=self.roles,
            community=self.community,
            grid=self.grid,
            department=self.department,
        )

    def view(self, login: str) -> AccountView:
        """Return who this is, for a session."""
        return AccountView(
            account_id=self.account_id,
            login=login,
            display_name=self.display_name,
            roles=self.roles,
            community=self.community,
            grid=self.grid,
            department=self.department,
        )


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """What the codes that an account names stand for today; None where they stand for nothing."""

    day: date
    community: Place | None = None
    grid: Place | None = None
    department: Department | None = None


def open_account(asked: OpenAccount, principal: Principal, posting: Posting) -> Account:
    """Return the account that an operator asks for.

    Raises: Forbidden, Invalid, UnfitRoles, UnfitPlace, UnknownGrid, UnknownDepartment.
    """
    if not principal.has(Role.OPERATOR):
        raise Forbidden("an operator opens accounts")
    if not is_login(asked.login):
        raise Invalid("3 to 64 of a-z, 0-9, dot, dash and underscore", field="login")
    if not SHORTEST_PASSWORD <= len(asked.password) <= LONGEST_PASSWORD:
        raise Invalid(f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters", field="password")
    account = Account(
        account_id=asked.account_id,
        display_name=asked.display_name,
        roles=_roles(asked.roles),
        community=asked.community,
        grid=asked.grid,
        department=asked.department,
    )
    check(account, posting)
    return account


def is_login(text: str) -> bool:
    """Return whether `text` can be a login."""
    return _LOGIN.fullmatch(text) is not None


def check(account: Account, posting: Posting) -> None:
    """Check that name, roles and place go together. Raises: as `open_account`."""
    name = account.display_name
    if not 1 <= len(name) <= LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise Invalid(f"1 to {LONGEST_NAME} printable characters", field="display_name")
    if not account.roles or len(set(account.roles)) != len(account.roles):
        raise UnfitRoles("at least one role, each once")
    _check_place_named(account)
    _check_place_exists(account, posting)


def _roles(given: Iterable[str]) -> tuple[Role, ...]:
    try:
        return tuple(Role(role) for role in given)
    except ValueError as error:
        raise UnfitRoles("there is no such role") from error


def _check_place_named(account: Account) -> None:
    needed = frozenset[str]().union(*(PLACE_OF[role] for role in account.roles))
    allowed = needed.union(*(MAY_NAME.get(role, frozenset()) for role in account.roles))
    for field in (COMMUNITY, GRID, DEPARTMENT):
        named = getattr(account, field) is not None
        if named and field not in allowed:
            raise UnfitPlace("none of these roles is held at one", field=field)
        if not named and field in needed:
            raise UnfitPlace("one of these roles is held at one", field=field)


def _check_place_exists(account: Account, posting: Posting) -> None:
    if account.community is not None and not _stands(posting.community, Tier.COMMUNITY, posting.day):
        raise UnfitPlace("there is no such community", field=COMMUNITY)
    if account.grid is not None:
        if posting.grid is None or not _stands(posting.grid, Tier.GRID, posting.day):
            raise UnknownGrid(grid=account.grid)
        if posting.grid.parent != account.community:
            raise UnfitPlace("the grid is not of this community", field=GRID)
    if account.department is not None and posting.department is None:
        raise UnknownDepartment(department=account.department)


def _stands(place: Place | None, tier: Tier, day: date) -> bool:
    return place is not None and place.tier is tier and place.exists_on(day)
