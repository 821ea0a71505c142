"""The district's departments 区直部门. Pure."""

import re
from collections.abc import Collection, Iterable

import msgspec

from contracts.events.registry import DepartmentDefined
from services.registry.organisation.errors import UnfitDepartmentError

# It names a queue, a broker user, a routing key and a login: nothing that any of them reads otherwise.
_CODE = re.compile(r"[A-Z]{3,8}")
LONGEST_NAME = 60


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department; `former` names its predecessors."""

    code: str
    name_zh: str
    name_en: str
    former: str = ""

    def event(self) -> DepartmentDefined:
        """Return what the other services are told."""
        return DepartmentDefined(
            code=self.code, name_zh=self.name_zh, name_en=self.name_en, former=self.former
        )


def check_departments(departments: Iterable[Department], *, known: Collection[str] = ()) -> None:
    """Check departments that stand beside the `known` ones. Raises: UnfitDepartmentError."""
    seen = set(known)
    for department in departments:
        if _CODE.fullmatch(department.code) is None:
            raise UnfitDepartmentError(
                department.code, "is no code of a department: three to eight of A to Z"
            )
        if department.code in seen:
            raise UnfitDepartmentError(department.code, "is a department already")
        for name in (department.name_zh, department.name_en):
            if not 1 <= len(name) <= LONGEST_NAME or name != name.strip() or not name.isprintable():
                raise UnfitDepartmentError(
                    department.code, f"needs names of 1 to {LONGEST_NAME} printable characters"
                )
        seen.add(department.code)
