"""What one cell changes of the reviewed departments: those that an operator has added and removed."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from services.registry.demo import DemoAccount
from services.registry.organisation.department import Department, check_departments
from services.registry.reference_data import ReferenceData


class Amendments(msgspec.Struct, frozen=True):
    """`added` are the cell's own departments; `removed` are codes of any.

    A removed one stays defined, because cases name it; but nobody signs in for it any more.
    """

    added: tuple[Department, ...] = ()
    removed: tuple[str, ...] = ()

    def applied_to(self, data: ReferenceData) -> ReferenceData:
        """Return the data with the cell's own departments. Raises: UnfitDepartmentError."""
        check_departments(self.added, known={each.code for each in data.departments})
        return data._replace(departments=[*data.departments, *self.added])

    def still_there(self, accounts: Iterable[DemoAccount]) -> Iterator[DemoAccount]:
        """Give the accounts of whoever is not of a removed department."""
        return (each for each in accounts if each.account.department not in self.removed)


def read(path: Path | None) -> Amendments:
    """Read a cell's file; no file, no amendments. Raises: msgspec.MsgspecError."""
    if path is None or not path.exists():
        return Amendments()
    return msgspec.json.decode(path.read_bytes(), type=Amendments)
