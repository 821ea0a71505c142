"""A counted vote's bundle: signed once a count, given out when it is published, recounted by the verifier."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from qiaotou_verifier.bundle import read
from qiaotou_verifier.votes import Asked, Kept, State, VoteReport, verify_vote

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden, NotFound
from chassis.signing import SigningKey
from contracts.commands import votes as asks
from contracts.commands.bundles import Audience, BundleView
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.vote import bundle_queries, bundles, bundling, signing
from services.governance.vote.ballot import Ballot, receipt_of
from services.governance.vote.errors import UnknownVote
from tests.support.messages import rows
from tests.support.voting import (
    ask,
    count,
    open_vote,
    step,
)
from tests.unit.governance.a_vote import COMMITTEE, VOTE, a_ballot, elector
from tests.unit.governance.builders import DISPATCHER, an_id, somebody

KEY = SigningKey("ab" * 32, district="140303")
OWNERS = {
    "mode": BallotMode.OPEN,
    "roll_kind": RollKind.OWNERS,
    "rule": "CN-OWNERS.ordinary",
    "area": 8_950,
    "electors": 2,
    "days": 15,
}


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def asking(by: Principal | None = None) -> Context:
    return Context(principal=by, correlation_id="bundle")


def the_bundle(
    database: Database, audience: Audience = Audience.PUBLIC, by: Principal | None = None
) -> tuple[BundleView, bytes]:
    view = bundle_queries.bundle(database, asking(by), VOTE, audience)
    parts = [
        bundle_queries.part(database, asking(by), VOTE, audience, number=number).content
        for number in range(view.parts)
    ]
    return view, b"".join(parts)


def verified(content: bytes, folder: Path, asked: Asked | None = None) -> VoteReport:
    path = folder / "bundle.json"
    path.write_bytes(content)
    return verify_vote(read(path), asked or Asked(key=KEY.public))


def test_a_secret_votes_bundle_is_recounted_with_everybodys_receipt(
    database: Database, tmp_path: Path
) -> None:
    open_vote(database)
    cast = [a_ballot(number, "yes" if number < 6 else "no") for number in range(9)]
    for number, each in enumerate(cast):
        ask(database, each, by=elector(number))
    count(database)
    step(database, asks.PublishResult)
    signing.sign_all(database, KEY)
    view, content = the_bundle(database)
    kept = [Ballot(id=each.ballot_id, choice=each.choice, nonce=each.nonce) for each in cast]
    printed = (("digest", view.digest), ("root", view.ballots_root))
    asked = Asked(key=view.key, printed=printed, receipts=tuple(Kept(receipt_of(each)) for each in kept))
    report = verified(content, tmp_path, asked)
    assert {line.state for line in report.lines} == {State.HOLDS}, report.lines
    assert [line.check for line in report.lines].count("receipt") == 9
    said = json.loads(content)
    assert (said["participated"], said["outcome"]["decided_by"]) == (9, "2y > p: 12 > 9")
    assert (len(content), said["rule"]["code"]) == (view.size_bytes, "CN-2026.residents")


def test_an_open_votes_ballots_are_for_its_electors_and_who_answers_for_it(
    database: Database, tmp_path: Path
) -> None:
    open_vote(database, **OWNERS)
    for number in range(8):
        ask(database, a_ballot(number), by=elector(number))
    # A co-owner contradicts: both count as absent.
    ask(database, a_ballot(7, "no"), by=elector(1007))
    count(database)
    step(database, asks.PublishResult)
    signing.sign_all(database, KEY)
    public_view, public = the_bundle(database)
    view, whole = the_bundle(database, Audience.ELECTORS, elector(11))
    assert (b'"entitlement_id"' in whole, "ballots" in json.loads(public)) == (True, False)
    assert (public_view.digest, public_view.key) == (view.digest, view.key)
    for content in (public, whole):
        assert verified(content, tmp_path).holds, verified(content, tmp_path).lines
    said = json.loads(whole)
    assert (said["ballots_count"], said["quarantined"], said["participated"]) == (7, 1, 8)
    for allowed in (COMMITTEE, DISPATCHER, somebody("inspector", "inspector")):
        assert bundle_queries.bundle(database, asking(allowed), VOTE, Audience.ELECTORS) == view
    for other in (
        somebody("stranger", "resident", community="c01"),
        somebody("neighbour", "committee", community="c02"),
        None,
    ):
        with pytest.raises(Forbidden):
            the_bundle(database, Audience.ELECTORS, other)


def test_nobody_has_a_bundle_before_the_result_is_published(database: Database) -> None:
    open_vote(database)
    for number in range(9):
        ask(database, a_ballot(number), by=elector(number))
    count(database)
    signing.sign_all(database, KEY)
    with pytest.raises(NotFound):
        the_bundle(database)
    step(database, asks.PublishResult)
    assert the_bundle(database)[0].parts == 1
    with pytest.raises(NotFound):
        the_bundle(database, Audience.ELECTORS, COMMITTEE)
    with pytest.raises(NotFound):
        bundle_queries.part(database, asking(), VOTE, Audience.PUBLIC, number=1)
    with pytest.raises(UnknownVote):
        bundle_queries.bundle(database, asking(), an_id("no vote"), Audience.PUBLIC)


def test_a_vote_that_missed_its_quorum_has_its_bundle_too(database: Database, tmp_path: Path) -> None:
    open_vote(database)
    ask(database, a_ballot(0), by=elector(0))
    assert count(database)["state"] == "failed_quorum"
    signing.sign_all(database, KEY)
    content = the_bundle(database)[1]
    assert verified(content, tmp_path).holds
    assert json.loads(content)["outcome"]["passed"] is None


def test_a_bundle_is_signed_once_a_count_and_in_parts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "PART_BYTES", 1_000)
    open_vote(database)
    for number in range(9):
        ask(database, a_ballot(number), by=elector(number))
    count(database)
    assert signing.sign_all(database, KEY) == 1
    assert signing.sign_all(database, KEY) == 0
    step(database, asks.PublishResult)
    first, content = the_bundle(database)
    assert first.parts == -(-len(content) // 1_000) > 1
    step(database, asks.RecountVote)
    assert signing.sign_all(database, KEY) == 1
    step(database, asks.PublishResult)
    assert the_bundle(database) == (first, content)
    assert rows(database, "SELECT count(DISTINCT audience) FROM bundle_part") == [(1,)]


def test_a_ballot_that_is_changed_in_the_database_after_the_count_is_found(
    database: Database, tmp_path: Path
) -> None:
    open_vote(database)
    for number in range(9):
        ask(database, a_ballot(number, "yes" if number < 6 else "no"), by=elector(number))
    count(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ballot SET choice = '{no}'")
    signing.sign_all(database, KEY)
    step(database, asks.PublishResult)
    report = verified(the_bundle(database)[1], tmp_path)
    assert "outcome" in {line.check for line in report.lines if line.state is State.FAILS}


def test_a_vote_whose_ballots_are_none_any_more_keeps_no_other_from_its_bundle(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_vote(database)
    for number in range(9):
        ask(database, a_ballot(number), by=elector(number))
    count(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ballot SET choice = '{maybe}'")
    assert signing.sign_all(database, KEY) == 0
    # Another one that cannot be made comes first.
    waiting = bundles.unsigned
    monkeypatch.setattr(bundles, "unsigned", lambda connection: [an_id("none"), *waiting(connection)])
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ballot SET choice = '{yes}'")
    assert signing.sign_all(database, KEY) == 1


def test_what_the_bundle_of_a_secret_vote_tells_names_no_account(database: Database) -> None:
    open_vote(database)
    for number in range(9):
        ask(database, a_ballot(number), by=elector(number))
    count(database)
    step(database, asks.PublishResult)
    signing.sign_all(database, KEY)
    content = the_bundle(database)[1].decode()
    assert not [number for number in range(12) if elector(number).subject in content]
    assert UUID(json.loads(content)["vote"]["id"]) == VOTE
