"""Places, categories and departments as a case's decisions see them. Pure."""

from datetime import date, datetime, timedelta, timezone
from re import compile as pattern

import msgspec

from contracts.events.registry import Tier
from contracts.vocabulary import Kind, Urgency

# China has one zone and has kept no summer time since 1992.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_CODE = pattern(r"[A-Za-z0-9-]{1,32}")


def is_code(value: str) -> bool:
    """Return whether this can be the code of a place, category or department at all."""
    return _CODE.fullmatch(value) is not None


def local_day(at: datetime) -> date:
    """Return the day that an instant falls on in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A grid 网格 with the community and the district above it."""

    code: str
    community: str
    district: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the district's tree; `above` is its parent's parent, as far as it is known."""

    code: str
    tier: Tier
    parent: str | None
    valid_from: date
    valid_to: date | None
    above: str | None = None

    def as_grid(self, day: date) -> Grid | None:
        """Return this place as a grid that exists on `day`, None where it is none."""
        exists = self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
        if self.tier is not Tier.GRID or not exists or self.parent is None or self.above is None:
            return None
        return Grid(code=self.code, community=self.parent, district=self.above)


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A second-level category; `department` is the lead that the rule names.

    A matter of a `small` one may be settled on the spot.
    """

    code: str
    kind: Kind
    department: str
    urgency: Urgency
    valid_from: date
    small: bool = False


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department that can be given the lead."""

    code: str
