"""What intake answers about its figures and about the archive's log. Nothing is asked to be done."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """A figure: two whole numbers, and the quotient to six places, null where nothing divides."""

    figure: str
    numerator: int
    denominator: int
    value: str | None


class GroupFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure of one group: a community, a grid, a department, a category, or `*`."""

    group: str
    figures: tuple[FigureView, ...]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the cases reported from `since` up to, not including, `until`, as of `at`.

    `provisional`: a year of the period has no published calendar of working days yet.
    """

    scope: str
    since: date
    until: date
    at: datetime
    working_days: int
    provisional: bool
    groups: tuple[GroupFigures, ...]


class RankedCommunity(msgspec.Struct, frozen=True, kw_only=True):
    """A community's place by one rate. `rank` is null and `few` true below the minimum volume."""

    community: str
    rank: int | None
    few: bool
    numerator: int
    denominator: int
    value: str | None


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Communities by one rate, best first; equal rates share a rank and the next is skipped."""

    figure: str
    since: date
    until: date
    at: datetime
    minimum_volume: int
    communities: tuple[RankedCommunity, ...]


class FigureCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case behind a figure, and how often it counts above and below the line."""

    case_id: UUID
    number: str
    day: date
    numerator: int
    denominator: int


class FigureCases(msgspec.Struct, frozen=True, kw_only=True):
    """The cases behind one figure of one group, by the counters that are divided."""

    scope: str
    group: str
    figure: str
    numerator_of: tuple[str, ...]
    denominator_of: tuple[str, ...]
    items: tuple[FigureCase, ...]
    next_cursor: str | None


class LogHead(msgspec.Struct, frozen=True, kw_only=True):
    """The archive's log as it stands: the Merkle root (hex) over `size` leaves, signed by `key`."""

    district: str
    size: int
    root: str
    time: datetime
    key: str
    signature: str


class LogLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """One seal in the log; `index` counts from 0."""

    index: int
    case_id: UUID
    seal: str


class LogLeaves(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the log; `next_index` is null at its end."""

    items: tuple[LogLeaf, ...]
    next_index: int | None
