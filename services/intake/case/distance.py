"""How far two points lie apart. Pure."""

from math import asin, cos, radians, sin, sqrt

from contracts.vocabulary import Point

# The mean radius of the Earth (IUGG): on a city's scale the sphere errs by less than 0.6 %.
EARTH_RADIUS_M = 6_371_008.8


def distance_m(one: Point, other: Point) -> float:
    """Return the great-circle distance in metres, by the haversine formula."""
    north_one, north_other = radians(one.latitude_deg), radians(other.latitude_deg)
    half_north = (north_other - north_one) / 2
    half_east = radians(other.longitude_deg - one.longitude_deg) / 2
    haversine = sin(half_north) ** 2 + cos(north_one) * cos(north_other) * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, haversine)))
