"""Why an account is not opened, or nobody signed in: one class a cause. Pure."""

from chassis.refusal import Conflict, Invalid, Refusal


class WrongCredentials(Refusal):
    """No account has this login and this password; which of the two is wrong is not told."""

    code = "wrong_credentials"


class TooManyRequests(Refusal):
    """This login was tried in vain too often; `retry_after_s` says when to try again."""

    code = "too_many_requests"


class LoginTaken(Conflict):
    """Another account has this login."""


class UnfitRoles(Invalid):
    """The roles are none of ours, or do not go together."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field="roles")


class UnfitPlace(Invalid):
    """The roles and the place do not go together; `field` is the part that is wrong."""


class UnknownGrid(Refusal):
    """No grid of this code exists today."""

    code = "unknown_grid"


class UnknownDepartment(Refusal):
    """No department has this code."""

    code = "unknown_department"
