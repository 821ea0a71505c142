"""A vote's bundle over HTTP: a file for everybody, and one for an open vote's electors."""

import msgspec
import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands.bundles import Audience, BundlePart
from tests.contract.samples.bundles import VIEW
from tests.contract.samples.votes import VOTE
from tests.unit.gateway.cell import Cell, code_of

PARTS = [b'{"format": ', b'"qiaotou-vote/1"}']
_BUNDLE = f"/votes/{VOTE}/bundle"


def given(cell: Cell, audience: Audience) -> None:
    size = sum(map(len, PARTS))
    cell.rpc.tell(
        "governance", "vote_bundle", msgspec.structs.replace(VIEW, audience=audience, size_bytes=size)
    )
    cell.rpc.tell(
        "governance",
        "vote_bundle_part",
        lambda asked: BundlePart(content=PARTS[asked.said["number"]]),
    )


def test_the_file_is_for_everybody_and_comes_part_by_part(cell: Cell) -> None:
    given(cell, Audience.PUBLIC)
    response = cell.get(_BUNDLE)
    assert (response.status_code, response.data) == (200, b"".join(PARTS))
    assert (response.content_length, response.content_type) == (28, "application/json")
    assert response.headers["ETag"] == f'"{VIEW.sha256}"'
    assert f"vote-{VOTE}.json" in response.headers["Content-Disposition"]
    asked = [each.said for each in cell.rpc.asked]
    assert [each.get("number") for each in asked] == [None, 0, 1]
    assert {each["audience"] for each in asked} == {Audience.PUBLIC}


def test_the_file_with_open_ballots_is_never_kept_by_anything_between(cell: Cell) -> None:
    given(cell, Audience.ELECTORS)
    response = cell.get(f"{_BUNDLE}/electors", token=cell.token("resident", community="c01"))
    assert (response.status_code, response.data) == (200, b"".join(PARTS))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert {each.said["audience"] for each in cell.rpc.asked} == {Audience.ELECTORS}


def test_the_notice_board_has_its_numbers(cell: Cell) -> None:
    cell.rpc.tell("governance", "vote_bundle", VIEW)
    said = cell.get(f"{_BUNDLE}/notice").get_json()
    assert (said["digest"], said["ballots_root"]) == (VIEW.digest, VIEW.ballots_root)


@pytest.mark.parametrize("path", [_BUNDLE, f"{_BUNDLE}/notice"])
def test_before_the_result_is_published_there_is_none(cell: Cell, path: str) -> None:
    cell.rpc.tell("governance", "vote_bundle", RemoteRefusal("not_found"))
    assert code_of(cell.get(path)) == "not_found"


def test_open_ballots_are_for_nobody_without_a_session(cell: Cell) -> None:
    assert code_of(cell.get(f"{_BUNDLE}/electors")) == "unauthenticated"
    clerk = cell.token("clerk", community="c01")
    assert code_of(cell.get(f"{_BUNDLE}/electors", token=clerk)) == "forbidden"
    assert cell.rpc.asked == []
