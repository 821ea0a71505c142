"""A unit of property, and who owns it. Pure."""

import re
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from contracts.commands.people import UnitUse

LARGEST_AREA = 100_000_000  # a square kilometre, in 0.01 m2
_AREA = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?")


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit 房屋. `place` is its household, or its building where nobody can live in it."""

    unit_id: UUID
    code: str
    place: str
    use: UnitUse
    area_hundredths_m2: int
    valid_from: date
    valid_to: date | None = None


class Ownership(msgspec.Struct, frozen=True, kw_only=True):
    """That a person or an organisation owns a unit, alone or with others, from `valid_from`."""

    unit_id: UUID
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    valid_from: date
    valid_to: date | None = None

    @property
    def owner_id(self) -> UUID:
        """Whoever it is."""
        owner = self.person_id or self.organisation_id
        assert owner is not None
        return owner


def unit_id_of(code: str) -> UUID:
    """Return the id of a unit: always the same for a code."""
    return uuid5(NAMESPACE_URL, f"urn:qiaotou:unit:{code}")


def organisation_id_of(name: str) -> UUID:
    """Return the id of an organisation that owns something: always the same for a name."""
    return uuid5(NAMESPACE_URL, f"urn:qiaotou:organisation:{name}")


def area_of(text: str) -> int | None:
    """Return an area in 0.01 m2, None where `text` is none: `68.25` -> 6825, exactly."""
    found = _AREA.fullmatch(text)
    if found is None:
        return None
    area = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    return area if 0 < area <= LARGEST_AREA else None
