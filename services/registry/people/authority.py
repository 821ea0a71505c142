"""Who looks after the persons of a community. Pure."""

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.vocabulary import Role

_KEEPERS = (Role.COMMITTEE, Role.CLERK)
_OVERSEERS = (Role.DISPATCHER, Role.INSPECTOR)


def kept_community(principal: Principal) -> str:
    """Return the community whose persons the caller keeps. Raises: Forbidden."""
    community = principal.scope.get("community") if principal.has(*_KEEPERS) else None
    if community is None:
        raise Forbidden("a residents' committee or a service centre keeps persons")
    return community


def sees(principal: Principal, community: str | None) -> bool:
    """Return whether the caller may see masked persons of a community. Raises: Forbidden."""
    if principal.has(*_OVERSEERS):
        return True
    return kept_community(principal) == community
