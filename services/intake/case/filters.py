"""Which cases somebody asks for, of those that they may see. Pure."""

import msgspec

from chassis.principal import Principal
from chassis.refusal import Invalid
from services.intake.case import search
from services.intake.case.authority import own_account
from services.intake.case.lifecycle import State
from services.intake.case.search import Sought
from services.intake.reference.values import is_code


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a case must be like; `mine` for the caller's own, `sought` for what it says."""

    state: State | None = None
    community: str | None = None
    grid: str | None = None
    category: str | None = None
    lead: str | None = None
    mine: bool = False
    sought: Sought | None = None


def asked_for(
    principal: Principal,
    *,
    state: str | None = None,
    community: str | None = None,
    grid: str | None = None,
    category: str | None = None,
    lead: str | None = None,
    mine: bool = False,
    q: str | None = None,
) -> Filters:
    """Return the filters that a caller has named.

    Raises: Invalid for one that makes no sense; Forbidden where nobody's own cases are asked for.
    """
    if mine:
        own_account(principal)
    return Filters(
        state=_state(state),
        community=_code(community, "community"),
        grid=_code(grid, "grid"),
        category=_code(category, "category"),
        lead=_code(lead, "lead"),
        mine=mine,
        sought=None if q is None else search.sought(q),
    )


def _state(value: str | None) -> State | None:
    if value is None:
        return None
    try:
        return State(value)
    except ValueError as error:
        raise Invalid(field="state") from error


def _code(value: str | None, field: str) -> str | None:
    if value is not None and not is_code(value):
        raise Invalid(field=field)
    return value
