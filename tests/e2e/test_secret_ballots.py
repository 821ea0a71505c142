"""A secret vote in a running cell: recounted by anyone, its ballots found nowhere but among the ballots."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
import pytest
import requests
from qiaotou_verifier.bundle import read
from qiaotou_verifier.votes import Asked, Kept, State, verify_vote

from ops.cell import DATABASES, OBSERVED
from tests.e2e.conftest import District
from tests.e2e.district import Person, eventually
from tests.e2e.neighbours import heads_of, signed_in
from tests.support import clock
from tests.support.traces import Trace, any_in, files_of, files_with, tables_with

GRID = "c02-g02"
VOTERS = 4
WAIT_S = 120


class Cast(NamedTuple):
    """A ballot as its voter has kept it, and what it was cast with."""

    trace: Trace
    entitlement_id: str


@pytest.fixture
def moved(district: District) -> Iterator[District]:
    """The cell, whose clock is put back afterwards."""
    yield district
    clock.put_back(district)


def made(who: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = who.post(path, body)
    assert answer.ok, f"{path}: {answer.text}"
    return dict(answer.json())


def opened(district: District, committee: Person) -> str:
    """A secret question to the adults of a grid, open for ballots."""
    today = clock.now(district).date().isoformat()
    said = {
        "place": GRID,
        "roll_kind": "adults",
        "mode": "secret",
        "title": "晾衣架",
        "text": "是否增设晾衣架?",
    }
    vote = f"/votes/{made(committee, '/votes', said)['vote_id']}"
    made(committee, f"{vote}/rule", {"rule": "CN-2026.residents"})
    made(committee, f"{vote}/roll", {"as_of": today})
    state_when(committee, vote, "roll_published")
    made(committee, f"{vote}/roll/freeze", {})
    now = clock.now(district)
    times = {
        "opens_at": (now + timedelta(days=10, minutes=10)).isoformat(),
        "closes_at": (now + timedelta(days=11)).isoformat(),
    }
    made(committee, f"{vote}/notice", times)
    clock.advance(district, timedelta(days=10, minutes=15))
    state_when(committee, vote, "open")
    return vote


def cast(who: Person, vote: str, choice: str) -> Cast:
    (entitlement,) = who.get(f"{vote}/entitlements").json()["items"]
    leaf = {"ballot_id": str(uuid4()), "choice": [choice], "nonce": secrets.token_hex(32)}
    body = {**leaf, "entitlement_id": entitlement["entitlement_id"]}
    assert who.post(f"{vote}/ballots", body).status_code == 201
    # Sent again, as after a time-out.
    assert who.post(f"{vote}/ballots", body).json()["code"] == "participated"
    return Cast(Trace(leaf), entitlement["entitlement_id"])


def state_when(who: Person, vote: str, state: str) -> None:
    eventually(lambda: who.get(vote).json()["state"], lambda seen: seen == state, WAIT_S)


def test_a_secret_ballot_is_counted_and_found_nowhere_but_among_the_ballots(
    moved: District, tmp_path: Path
) -> None:
    district, committee = moved, moved.person("committee-c02")
    voters = [signed_in(district, phone) for phone in heads_of(GRID, at_most=VOTERS)]
    vote = opened(district, committee)
    given = [cast(who, vote, ("yes", "no")[number % 2]) for number, who in enumerate(voters)]
    ballots = [each.trace for each in given]
    clock.advance(district, timedelta(days=1))
    state_when(committee, vote, "closed")
    made(committee, f"{vote}/count", {})
    # Four of many: nothing is decided, and what was counted is told at once.
    assert made(committee, f"{vote}/count/end", {})["state"] == "failed_quorum"

    bundle = eventually(lambda: committee.get(f"{vote}/bundle"), lambda answer: answer.ok, WAIT_S)
    notice = committee.get(f"{vote}/bundle/notice").json()
    path = tmp_path / "bundle.json"
    path.write_bytes(bundle.content)
    asked = Asked(
        key=notice["key"],
        printed=(("digest", notice["digest"]), ("root", notice["ballots_root"])),
        receipts=tuple(Kept(each.receipt, each.leaf) for each in ballots),
    )
    report = verify_vote(read(path), asked)
    assert {line.state for line in report.lines} == {State.HOLDS}, report.lines
    assert not any(each.entitlement_id in str(read(path).ballots) for each in given)

    governance = district.database("governance")
    swept = "SELECT swept FROM vote WHERE id = %s"
    with psycopg.connect(governance, autocommit=True) as connection:
        vote_id = vote.rpartition("/")[2]
        eventually(
            lambda: connection.execute(swept, (vote_id,)).fetchone(), lambda row: row == (True,), WAIT_S
        )
        joined = "SELECT count(*) FROM participation p JOIN ballot b ON b.xmin::text = p.xmin::text"
        assert connection.execute(joined).fetchone() == (0,)
    assert tables_with(governance, ballots) == {"ballot", "bundle_part"}
    for name in set(DATABASES) - {"governance"}:
        assert tables_with(district.database(name), ballots) == set(), name
    for process in OBSERVED:
        said = requests.get(district.metrics(process), timeout=30).content
        assert not any_in(said, ballots), process
    # Logs, the broker's files, what PostgreSQL has written; of its log of writes docs/decisions.md speaks.
    own = files_of(governance, "ballot", "bundle_part")
    assert files_with(district.cell.folder, ballots, but=own) == []
