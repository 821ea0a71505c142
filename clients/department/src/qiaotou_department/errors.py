"""What can go wrong between a department and its district."""
# ruff: noqa: N818 - each is named for what it tells the caller


class DepartmentError(Exception):
    """Anything this kit raises."""


class BadSettings(DepartmentError):
    """The environment does not say who we are or where the cell is."""


class Refused(DepartmentError):
    """The cell said no to a step; nothing changed. `code` is one of its public codes."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoAnswer(DepartmentError):
    """The step was handed over, but nobody said in time whether it was carried out. Safe to repeat."""


class LinkLost(DepartmentError):
    """The connection to the broker broke or fell silent. The kit comes back by itself."""


class NotAllowed(DepartmentError):
    """The broker refuses us: wrong password, another's queue, key or name. Repeating does not help."""


class MalformedMessage(DepartmentError):
    """A message on our queue cannot be read."""


class ApiProblem(DepartmentError):
    """The HTTP API refused a request: its status, public code and words."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}" if detail else f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail


class ApiUnavailable(DepartmentError):
    """The HTTP API gave no answer, however often it was asked."""
