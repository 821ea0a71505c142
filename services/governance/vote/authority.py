"""As what somebody acts on a vote. Pure."""

from chassis.principal import Principal
from chassis.refusal import Forbidden
from services.governance.standing import account_of
from services.governance.vote.lifecycle import By, Step, Trigger, roles_of

# The guidance centre looks after the whole district; everybody else acts at home.
_EVERYWHERE = frozenset({By.DISPATCHER})


def by_of(principal: Principal, community: str, step: Step) -> By:
    """Return the role in which somebody may ever take a step in a community. Raises: Forbidden."""
    account_of(principal)
    at_home = principal.scope.get("community") == community
    for by in By:
        if (
            by in roles_of(Trigger.COMMAND, step)
            and principal.has(by.value)
            and (at_home or by in _EVERYWHERE)
        ):
            return by
    raise Forbidden(f"{step} is not yours to take here")
