"""Which departments a cell has: the repository's, what an operator has added, less what was removed."""

import msgspec

from ops.cell import Cell
from ops.definitions import department_codes
from ops.errors import Unready
from services.registry import amendments
from services.registry.amendments import Amendments
from services.registry.organisation.department import Department, check_departments
from services.registry.organisation.errors import UnfitDepartmentError


class Roster:
    """The list of one cell, kept in its folder: every start goes by it."""

    def __init__(self, cell: Cell) -> None:
        self.path = cell.folder / "departments.json"

    def amendments(self) -> Amendments:
        """Return what the cell has changed of the repository's list."""
        return amendments.read(self.path)

    def codes(self) -> tuple[str, ...]:
        """Return the code of every department whose software may connect."""
        amended = self.amendments()
        known = (*department_codes(), *(each.code for each in amended.added))
        return tuple(code for code in known if code not in amended.removed)

    def check(self, code: str) -> None:
        """Raises: Unready where the cell has, and had, no such department."""
        if code not in self.codes() and code not in self.amendments().removed:
            raise Unready(f"There is no department {code}; ./qiaotou department list says which there are.")

    def admit(self, code: str, *, zh: str | None = None, en: str | None = None) -> None:
        """Put a department on the list; one that was on it may be named anew. Raises: Unready."""
        amended = self.amendments()
        removed = tuple(each for each in amended.removed if each != code)
        if code not in department_codes():
            others = [each for each in amended.added if each.code != code]
            before = next((each for each in amended.added if each.code == code), None)
            added = (*others, _named(code, zh, en, before))
            self._write(Amendments(added=added, removed=removed))
        elif zh is None and en is None:
            self._write(Amendments(added=amended.added, removed=removed))
        else:
            raise Unready(
                f"{code} is one of the district's own departments: "
                "its names stand in services/registry/data/departments.csv."
            )

    def dismiss(self, code: str) -> None:
        """Take a department off the list. Raises: Unready where it never was on it."""
        self.check(code)
        amended = self.amendments()
        removed = (*(each for each in amended.removed if each != code), code)
        self._write(Amendments(added=amended.added, removed=removed))

    def _write(self, amended: Amendments) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(amended)))
        fresh.replace(self.path)


def _named(code: str, zh: str | None, en: str | None, before: Department | None) -> Department:
    if before is None and (zh is None or en is None):
        raise Unready(f"A new department needs its names: add {code} --zh … --en ….")
    department = before or Department(code=code, name_zh="", name_en="")
    given = {"name_zh": zh, "name_en": en}
    department = msgspec.structs.replace(department, **{k: v for k, v in given.items() if v is not None})
    try:
        check_departments([department])
    except UnfitDepartmentError as error:
        raise Unready(f"{error}.") from error
    return department
