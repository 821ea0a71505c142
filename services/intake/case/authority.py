"""Who may act on a case, in which role, and who may see what of it. Pure."""

from uuid import UUID

import msgspec

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.vocabulary import Role
from services.intake.case.errors import ForeignGrid
from services.intake.case.lifecycle import By

GRID, COMMUNITY, DEPARTMENT = "grid", "community", "department"
_SEES_DISTRICT = (Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)
_SEES_COMMUNITY = (Role.CLERK, Role.COMMITTEE)


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """What of a case decides who may act on it; grid None where it is not known."""

    grid: str | None
    community: str | None
    reporter_id: UUID | None = None


def account_of(principal: Principal) -> UUID | None:
    """Return the account that is asking, None for a part of the system."""
    try:
        return UUID(principal.subject)
    except ValueError:
        return None


def own_account(principal: Principal) -> UUID:
    """Return the account that is asking. Raises: Forbidden where a part of the system is."""
    account = account_of(principal)
    if account is None:
        raise Forbidden("only an account may do this")
    return account


def acting(principal: Principal, roles: frozenset[By], at: Whereabouts) -> By:
    """Return the role in which somebody may act here.

    Raises: ForeignGrid where the role would do at another place; Forbidden where none would.
    """
    held = [role for role in sorted(roles) if _holds(principal, role, at)]
    for role in held:
        if _at_home(principal, role, at):
            return role
    if held:
        raise ForeignGrid(grid=at.grid)
    raise Forbidden


def _holds(principal: Principal, role: By, at: Whereabouts) -> bool:
    if role is By.REPORTER:
        return at.reporter_id is not None and account_of(principal) == at.reporter_id
    return principal.has(role)


def _at_home(principal: Principal, role: By, at: Whereabouts) -> bool:
    if at.grid is None:
        return True
    if role is By.GRID_WORKER:
        return principal.scope.get(GRID) == at.grid
    if role is By.CLERK:
        return principal.scope.get(COMMUNITY) == at.community
    return True


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Whose cases somebody sees: the whole district's, or those that any of the rest names.

    The cases that `department` leads are listed for it; it reads them without their reporter. Those
    that `reporter_id` supports are listed too: its own were merged into them.
    """

    district: bool
    community: str | None
    grid: str | None
    reporter_id: UUID | None
    department: str | None

    def sees(self, at: Whereabouts) -> bool:
        """Return whether a case is among them."""
        return (
            self.district
            or (self.community is not None and self.community == at.community)
            or (self.grid is not None and self.grid == at.grid)
            or (self.reporter_id is not None and self.reporter_id == at.reporter_id)
        )


def sight_of(principal: Principal) -> Sight:
    """Return whose cases somebody sees."""
    return Sight(
        district=principal.has(*_SEES_DISTRICT),
        community=principal.scope.get(COMMUNITY) if principal.has(*_SEES_COMMUNITY) else None,
        grid=principal.scope.get(GRID) if principal.has(Role.GRID_WORKER) else None,
        reporter_id=account_of(principal),
        department=department_of(principal),
    )


def own_part(sight: Sight) -> Sight:
    """Return what somebody sees of what is their own."""
    return msgspec.structs.replace(sight, district=False, community=None, grid=None, department=None)


def department_of(principal: Principal) -> str | None:
    """Return the department that somebody speaks for, None for others."""
    return principal.scope.get(DEPARTMENT) if principal.has(Role.DEPARTMENT) else None


def places_known_to(principal: Principal) -> Sight:
    """Return of which cases somebody knows the very place, works there or has reported it: address, point."""
    return Sight(
        district=principal.has(Role.DISPATCHER),
        community=principal.scope.get(COMMUNITY) if principal.has(Role.CLERK) else None,
        grid=principal.scope.get(GRID) if principal.has(Role.GRID_WORKER) else None,
        reporter_id=account_of(principal),
        department=None,
    )


def knows_the_place(principal: Principal, at: Whereabouts) -> bool:
    """Return whether somebody knows the very place of a case."""
    return places_known_to(principal).sees(at)
