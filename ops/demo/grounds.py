"""Where things happen: the grids of the district, addresses and points in them. Pure."""

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from contracts.events.registry import Tier
from services.registry.organisation.place import Place

# The middle of the district, WGS-84; grids lie around it on a raster of about 400 m, which is no map.
_LONGITUDE_DEG, _LATITUDE_DEG = 113.555, 37.868
_STEP_DEG, _ROW = 0.0045, 16
# A look on the spot is taken within 200 m of the point: this is at most 60 m off.
_NEAR_DEG, _ABOUT_DEG = 0.0004, 0.0015
_PLACES = 5
_FICTIONAL = "(虚构)"
_DOORWAYS = 6


class Ground(NamedTuple):
    """One grid, with the buildings that are known of it."""

    grid: str
    community: str
    buildings: tuple[str, ...]
    longitude_deg: float
    latitude_deg: float


class Spot(NamedTuple):
    """Where one thing is: in words, and in degrees."""

    building: str
    address: str
    longitude_deg: float
    latitude_deg: float

    @property
    def point(self) -> dict[str, float]:
        """The position, as the API takes it."""
        return {"longitude_deg": self.longitude_deg, "latitude_deg": self.latitude_deg}

    def nearby(self, rng: Random) -> dict[str, float]:
        """Return where somebody stands who looks at it."""
        return {
            "longitude_deg": _moved(self.longitude_deg, _NEAR_DEG, rng),
            "latitude_deg": _moved(self.latitude_deg, _NEAR_DEG, rng),
        }


def grounds_of(places: Iterable[Place]) -> list[Ground]:
    """Return every grid of the district, in the order of its code."""
    known = list(places)
    names = {each.code: each.name_zh for each in known}
    buildings: dict[str, list[str]] = {}
    for each in known:
        if each.tier is Tier.BUILDING and each.parent is not None:
            buildings.setdefault(each.parent, []).append(each.name_zh)
    grids = sorted((each for each in known if each.tier is Tier.GRID), key=lambda each: each.code)
    return [
        Ground(
            grid=each.code,
            community=str(each.parent),
            buildings=tuple(buildings.get(each.code) or _made_up(names[str(each.parent)], each.code)),
            longitude_deg=_LONGITUDE_DEG + (number % _ROW - _ROW // 2) * _STEP_DEG,
            latitude_deg=_LATITUDE_DEG + (number // _ROW - _ROW // 2) * _STEP_DEG,
        )
        for number, each in enumerate(grids)
    ]


def spot_in(ground: Ground, rng: Random) -> Spot:
    """Return somewhere in a grid, to the doorway 门院 and no further."""
    building = rng.choice(ground.buildings)
    return Spot(
        building=building,
        address=f"{building}{rng.randint(1, _DOORWAYS)}单元",
        longitude_deg=_moved(ground.longitude_deg, _ABOUT_DEG, rng),
        latitude_deg=_moved(ground.latitude_deg, _ABOUT_DEG, rng),
    )


def _made_up(community: str, grid: str) -> list[str]:
    """Name buildings where the reference data has none."""
    name = community.replace(_FICTIONAL, "").removesuffix("社区")
    yard = int(grid.rpartition("g")[2])
    return [f"{name}{yard}号院{number}号楼" for number in range(1, 6)]


def _moved(degrees: float, by: float, rng: Random) -> float:
    return round(degrees + rng.uniform(-by, by), _PLACES)
