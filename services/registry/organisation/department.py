"""The district's departments 区直部门. Pure."""

import msgspec

from contracts.events.registry import DepartmentDefined


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
