import json
from hashlib import sha256
from uuid import UUID

from contracts import roll
from contracts.events.registry import RollEntry

FIRST = UUID("0d0c1a52-3c1e-4b7a-9d55-0a1b2c3d4e5f")
SECOND = UUID("5d0c1a52-3c1e-4b7a-9d55-0a1b2c3d4e5f")
ONE, OTHER = UUID(int=1), UUID(int=2)


def _by_hand(entitlement: UUID, electors: list[UUID], area: int) -> bytes:
    """ASCII keys and whole numbers: here RFC 8785 is sorted JSON without spaces."""

    def dumped(value: dict[str, object]) -> bytes:
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    named = {"electors": [str(each) for each in electors], "entitlement_id": str(entitlement)}
    return dumped(
        {
            "area_hundredths_m2": area,
            "electors": sha256(dumped(named)).hexdigest(),
            "entitlement_id": str(entitlement),
        }
    )


def test_a_leaf_is_canonical_json_whatever_the_order_of_the_electors() -> None:
    entry = RollEntry(entitlement_id=SECOND, electors=(OTHER, ONE), area_hundredths_m2=6_825)
    assert roll.leaf(entry) == _by_hand(SECOND, [ONE, OTHER], 6_825)


def test_a_leaf_names_no_account() -> None:
    entry = RollEntry(entitlement_id=SECOND, electors=(ONE,))
    assert str(ONE).encode() not in roll.leaf(entry)


def test_leaves_stand_in_the_order_of_their_entitlements() -> None:
    later, earlier = (RollEntry(entitlement_id=id_, electors=()) for id_ in (SECOND, FIRST))
    assert roll.leaves([later, earlier]) == [_by_hand(FIRST, [], 0), _by_hand(SECOND, [], 0)]


def test_the_area_of_a_roll_is_the_sum_of_its_entries() -> None:
    entries = [RollEntry(entitlement_id=FIRST, electors=(), area_hundredths_m2=area) for area in (1, 20)]
    assert roll.area_of(entries) == 21
