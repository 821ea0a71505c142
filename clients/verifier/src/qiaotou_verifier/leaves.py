"""The two lists of a bundle, leaf by leaf: the roll and the ballots. Written from docs/bundle.md."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from qiaotou_verifier.bundle import Object

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_HEX = re.compile(r"[0-9a-f]{64}").fullmatch
_LARGEST = 2**53 - 1

ROLL = frozenset({"area_hundredths_m2", "electors", "entitlement_id"})
SECRET = frozenset({"ballot_id", "choice", "nonce"})
OPEN = SECRET | {"area_hundredths_m2", "entitlement_id"}


class Fault(NamedTuple):
    """What is wrong, as the name of a text, and the values that it speaks of."""

    name: str
    values: dict[str, Any]


class Choosing(NamedTuple):
    """What may stand on a ballot: the options, how many of them at most, and the fields of its leaf."""

    options: frozenset[str]
    most: int
    fields: frozenset[str]


def fault(name: str, /, **values: Any) -> Fault:
    """Return a fault."""
    return Fault(name, values)


def is_hash(value: object) -> bool:
    """Return whether this is a SHA-256 in lower-case hex."""
    return isinstance(value, str) and _HEX(value) is not None


def roll_faults(leaves: Iterable[Object]) -> Iterator[Fault]:
    """Name every leaf of the roll that is not one, and those out of their order."""
    before = ""
    for number, leaf in enumerate(leaves, 1):
        if not _is(leaf, ROLL) or not _roll_values(leaf):
            yield fault("leaf_form", number=number)
            continue
        entitlement = leaf["entitlement_id"]
        if entitlement <= before:
            yield fault("entitlement_twice" if entitlement == before else "leaf_order", number=number)
        before = entitlement


def ballot_faults(leaves: Iterable[Object], receipts: Iterable[bytes], choosing: Choosing) -> Iterator[Fault]:
    """Name every ballot that is not one, and those out of the order of their receipts."""
    before, seen = b"", set[str]()
    for number, (leaf, receipt) in enumerate(zip(leaves, receipts, strict=True), 1):
        if not _is(leaf, choosing.fields) or not _ballot_values(leaf):
            yield fault("leaf_form", number=number)
            continue
        if receipt < before:
            yield fault("leaf_order", number=number)
        if leaf["ballot_id"] in seen:
            yield fault("ballot_twice", number=number, ballot=leaf["ballot_id"])
        if not _possible(leaf["choice"], choosing):
            yield fault("choice", number=number, ballot=leaf["ballot_id"])
        before = receipt
        seen.add(leaf["ballot_id"])


def entitlement_faults(ballots: Iterable[Object], roll: Iterable[Object]) -> Iterator[Fault]:
    """Name every open ballot whose entitlement is not on the roll, has another area there, or voted twice."""
    areas = {leaf["entitlement_id"]: leaf["area_hundredths_m2"] for leaf in roll}
    used = set[str]()
    for ballot in ballots:
        entitlement = ballot["entitlement_id"]
        if entitlement not in areas:
            yield fault("not_on_roll", entitlement=entitlement)
        elif areas[entitlement] != ballot["area_hundredths_m2"]:
            yield fault("other_area", entitlement=entitlement)
        if entitlement in used:
            yield fault("voted_twice", entitlement=entitlement)
        used.add(entitlement)


def _is(leaf: object, fields: frozenset[str]) -> bool:
    return isinstance(leaf, dict) and leaf.keys() == fields


def _roll_values(leaf: Object) -> bool:
    named = _UUID(str(leaf["entitlement_id"])) is not None and is_hash(leaf["electors"])
    return named and _is_area(leaf["area_hundredths_m2"])


def _ballot_values(leaf: Object) -> bool:
    if _UUID(str(leaf["ballot_id"])) is None or not is_hash(leaf["nonce"]):
        return False
    choice = leaf["choice"]
    if not isinstance(choice, list) or not all(isinstance(each, str) for each in choice):
        return False
    if "entitlement_id" not in leaf:
        return True
    return _UUID(str(leaf["entitlement_id"])) is not None and _is_area(leaf["area_hundredths_m2"])


def _possible(choice: list[str], choosing: Choosing) -> bool:
    """An empty choice is a paper that could not be read as a choice: it takes part and says nothing."""
    return len(set(choice)) == len(choice) <= choosing.most and choosing.options.issuperset(choice)


def _is_area(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST
