"""Who may act in a community. Pure."""

from uuid import UUID

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.vocabulary import Role

_DISTRICT = (Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)
_PLACED = (Role.COMMITTEE, Role.CLERK, Role.RESIDENT)


def account_of(principal: Principal) -> UUID:
    """Return the account that is asking. Raises: Forbidden where a part of the system is."""
    try:
        return UUID(principal.subject)
    except ValueError as error:
        raise Forbidden("only an account may do this") from error


def community_of(principal: Principal, *roles: Role) -> str:
    """Return the community in which somebody holds one of these roles. Raises: Forbidden."""
    community = principal.scope.get("community")
    if community is None or not principal.has(*roles):
        raise Forbidden
    return community


def acting_in(principal: Principal, community: str, *roles: Role) -> Role:
    """Return the role in which somebody acts in this community. Raises: Forbidden elsewhere."""
    if community_of(principal, *roles) != community:
        raise Forbidden("this community is not yours")
    return next(role for role in roles if principal.has(role))


def sees(principal: Principal, community: str) -> bool:
    """Return whether somebody may see what is not public yet in a community."""
    at_home = principal.has(*_PLACED) and principal.scope.get("community") == community
    return at_home or principal.has(*_DISTRICT)
