"""Who is asking. Pure."""

from uuid import UUID

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.vocabulary import Role


def person(principal: Principal) -> UUID | None:
    """Return the account that is asking, None where it is no person's."""
    try:
        return UUID(principal.subject)
    except ValueError:
        return None


def department_of(principal: Principal) -> str:
    """Return the department that is asking. Raises: Forbidden."""
    code = principal.scope.get("department")
    if code is None or not principal.has(Role.DEPARTMENT):
        raise Forbidden("a department's task")
    return code


def check_dispatcher(principal: Principal) -> None:
    """Check that the guidance centre is asking. Raises: Forbidden."""
    if not principal.has(Role.DISPATCHER):
        raise Forbidden("the dispatcher's task")
