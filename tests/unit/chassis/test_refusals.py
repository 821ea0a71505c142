"""What a caller is told when something is not done."""

import pytest

from chassis import refusal
from chassis.refusal import NotFound, Refusal
from contracts.errors import CODES

ALL = [Refusal, *Refusal.__subclasses__()]


@pytest.mark.parametrize("cls", [cls for cls in ALL if cls.__module__ == refusal.__name__])
def test_every_refusal_of_the_chassis_has_a_public_code(cls: type[Refusal]) -> None:
    assert cls.code in CODES


def test_a_refusal_carries_its_detail_and_its_fields() -> None:
    refused = NotFound("no such thing", thing="t1", version=3)
    assert (refused.detail, refused.fields) == ("no such thing", {"thing": "t1", "version": 3})
    assert str(refused) == "no such thing"


def test_a_refusal_without_a_detail_says_its_code() -> None:
    assert str(NotFound()) == "not_found"
    assert NotFound().detail == ""
