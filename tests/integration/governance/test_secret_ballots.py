"""What joins a secret ballot to its voter: each path is tried. docs/decisions.md says what is left."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from contracts.commands import votes as asks
from ops.databases import Databases
from services.governance.vote import timers
from services.governance.vote.ballot import Ballot, receipt_of
from services.governance.vote.ballots import Shuffled
from tests.support.messages import rows
from tests.support.voting import ask, count, open_vote, view
from tests.unit.governance.a_vote import VOTE, a_ballot, elector, entitlement
from tests.unit.governance.builders import DISPATCHER

VOTERS = 40
CAST = [a_ballot(number, "yes" if number % 3 else "no") for number in range(VOTERS)]
_ALL, _IDS = "SELECT t.* FROM {} t", "SELECT id FROM {} ORDER BY {}"
FREE_OF_BALLOTS = ("participation", "vote_timeline", "outbox", "command_log", "inbox", "vote")


@pytest.fixture
def voted(database: Database) -> Iterator[Database]:
    """A secret vote in which forty people took part, one after the other, each in a transaction."""
    open_vote(database, count=VOTERS)
    for number, each in enumerate(CAST):
        ask(database, each, by=elector(number))
    yield database
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def columns_of(database: Database, table: str) -> set[str]:
    return {each["name"] for each in sa.inspect(database.engine).get_columns(table)}


def as_text(database: Database, table: str) -> str:
    return "\n".join(str(row) for row in rows(database, _ALL.format(table)))


def order_of(database: Database, table: str, by: str) -> list[Any]:
    return [row[0] for row in rows(database, _IDS.format(table, by))]


def test_nothing_but_the_ballot_itself_is_kept_of_a_ballot(voted: Database) -> None:
    assert (
        columns_of(voted, "ballot_box") == columns_of(voted, "ballot") == {"id", "vote_id", "choice", "nonce"}
    )
    assert columns_of(voted, "participation") == {"vote_id", "entitlement_id", "channel"}
    for table in FREE_OF_BALLOTS:
        text = as_text(voted, table)
        for each in CAST:
            assert str(each.ballot_id) not in text, table
            assert each.nonce not in text, table
    # The seven steps until it opened; no line, no command and no event for any of forty ballots.
    assert len(rows(voted, "SELECT 1 FROM command_log")) == 5
    assert len(rows(voted, "SELECT 1 FROM outbox")) == 1
    assert as_text(voted, "ballot_box").count("cast") == 0


def test_until_the_end_a_transaction_joins_both_and_afterwards_none_does(voted: Database) -> None:
    join = "SELECT count(*) FROM participation p JOIN {} b ON b.xmin::text = p.xmin::text"
    assert rows(voted, join.format("ballot_box")) == [(VOTERS,)]
    count(voted)
    assert rows(voted, "SELECT count(*) FROM ballot_box") == [(0,)]
    assert rows(voted, join.format("ballot")) == [(0,)]
    assert rows(voted, "SELECT count(DISTINCT xmin::text) FROM ballot") == [(1,)]


def test_afterwards_no_order_of_rows_is_that_of_casting(voted: Database) -> None:
    cast = [each.ballot_id for each in CAST]
    assert order_of(voted, "ballot_box", "ctid") == cast
    count(voted)
    for by in ("ctid", "id", "cmin::text::int, ctid"):
        ids = order_of(voted, "ballot", by)
        assert sorted(ids) == sorted(cast)
        assert ids != cast
        # Forty in a row by chance alone: fewer than one shuffle in 10^40 keeps half of them in place.
        assert sum(a == b for a, b in zip(ids, cast, strict=True)) < VOTERS // 2


def test_a_vote_that_was_stopped_is_as_secret_as_one_that_was_counted(voted: Database) -> None:
    stop = asks.VoidVote(command_id=VOTE, vote_id=VOTE, reason="公告的议题表述有误。")
    assert ask(voted, stop, by=DISPATCHER)[0]["state"] == "voided"
    assert rows(voted, "SELECT count(*) FROM ballot_box") == [(0,)]
    assert rows(voted, "SELECT count(DISTINCT xmin::text) FROM ballot") == [(1,)]
    assert order_of(voted, "ballot", "ctid") != [each.ballot_id for each in CAST]
    assert rows(voted, "SELECT swept FROM vote") == [(False,)]


def test_two_shuffles_are_not_alike(voted: Database) -> None:
    count(voted)
    first = order_of(voted, "ballot", "ctid")
    with voted.writing(Context(correlation_id="again")) as uow:
        uow.store(Shuffled).append(VOTE)
    assert order_of(voted, "ballot", "ctid") != first


def test_ids_and_nonces_are_the_clients_and_say_nothing_of_time(voted: Database) -> None:
    count(voted)
    for row in rows(voted, "SELECT id, choice, nonce FROM ballot"):
        assert row[0].version == 4
        mine = next(each for each in CAST if each.ballot_id == row[0])
        assert (tuple(row[1]), row[2]) == (mine.choice, mine.nonce)
        assert len(receipt_of(Ballot(id=row[0], choice=tuple(row[1]), nonce=row[2]))) == 64


def test_once_it_is_swept_the_box_has_no_dead_rows_left_in_its_file(
    voted: Database, databases: Databases
) -> None:
    box = Files(databases, "ballot_box")
    before = box.path()
    assert CAST[0].nonce.encode() in before.read_bytes()
    count(voted)
    assert CAST[0].nonce.encode() in box.path().read_bytes()
    timers.sweep_boxes(voted)
    after = box.path()
    assert (after != before, after.read_bytes()) == (True, b"")
    assert not before.exists() or before.read_bytes() == b""
    assert rows(voted, "SELECT swept FROM vote") == [(True,)]


def test_while_somebody_looks_at_what_was_before_nothing_counts_as_swept(
    voted: Database, databases: Databases
) -> None:
    box = Files(databases, "ballot_box")
    with voted.snapshot() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM vote")) == 1
        count(voted)
        timers.sweep_boxes(voted)
        assert rows(voted, "SELECT swept FROM vote") == [(False,)]
    timers.sweep_boxes(voted)
    assert rows(voted, "SELECT swept FROM vote") == [(True,)]
    assert box.path().read_bytes() == b""


class Files(NamedTuple):
    """Where a table lies on the disk, as the server's owner sees it."""

    databases: Databases
    table: str

    def path(self) -> Path:
        """Return the table's file once everything of it is written there."""
        where = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(%s)"
        with self.databases._connected("test_governance_store") as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute(where, (self.table,)).fetchone()
        assert row is not None
        return Path(row[0])


def test_a_participation_is_of_an_entitlement_and_of_no_account(voted: Database) -> None:
    text = as_text(voted, "participation")
    assert str(entitlement(0)) in text
    for number in range(VOTERS):
        assert elector(number).subject not in text
    assert view(voted).participated == VOTERS
