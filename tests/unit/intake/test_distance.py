import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import Point
from services.intake.case.distance import EARTH_RADIUS_M, distance_m

POINTS = st.builds(Point, longitude_deg=st.floats(-180, 180), latitude_deg=st.floats(-90, 90))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (1, 0), 111_195),
        ((0, 0), (0, 1), 111_195),
        ((0, 60), (1, 60), 55_597),
        ((179.9995, 0), (-179.9995, 0), 111.2),
        ((0, 90), (120, 90), 0),
        ((0, 0), (180, 0), 20_015_115),
        ((113.58, 37.86), (113.5822, 37.86), 193),
    ],
)
def test_known_distances_come_out(
    one: tuple[float, float], other: tuple[float, float], metres: float
) -> None:
    found = distance_m(
        Point(longitude_deg=one[0], latitude_deg=one[1]), Point(longitude_deg=other[0], latitude_deg=other[1])
    )
    assert found == pytest.approx(metres, rel=1e-3, abs=0.5)


@given(one=POINTS, other=POINTS)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(one: Point, other: Point) -> None:
    assert 0 <= distance_m(one, other) <= EARTH_RADIUS_M * 3.141593
    assert distance_m(one, other) == pytest.approx(distance_m(other, one), abs=1e-6)
