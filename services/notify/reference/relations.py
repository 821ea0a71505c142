"""By which relations somebody is found when a case concerns them. Pure."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.vocabulary import Role


class Relation(NamedTuple):
    """A role held at a place; an empty place is the whole district."""

    role: Role
    place: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as notify knows it: no name, no login, no address."""

    account_id: UUID
    roles: tuple[Role, ...]
    community: str | None
    grid: str | None
    department: str | None

    def relations(self) -> frozenset[Relation]:
        """Return the relations under which this account is told of cases."""
        places = {
            Role.GRID_WORKER: self.grid,
            Role.CLERK: self.community,
            Role.DEPARTMENT: self.department,
            Role.DISPATCHER: "",
            Role.ARCHIVIST: "",
        }
        held = {role: places.get(role) for role in self.roles}
        return frozenset(Relation(role, place) for role, place in held.items() if place is not None)
