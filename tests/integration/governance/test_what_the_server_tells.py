"""What PostgreSQL itself writes down beside the tables: its log, its dumps, its statistics."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data import bulk
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.signing import SigningKey
from ops.cell import Cell
from ops.postgres import PostgresServer
from services.governance.vote import signing, timers
from services.governance.vote.models import ballot_box, participation
from tests.support.messages import rows
from tests.support.traces import Trace, files_of, files_with, tables_with
from tests.support.voting import ask, count, open_vote
from tests.unit.governance.a_vote import VOTE, a_ballot, elector, entitlement

VOTERS = 12
CAST = [a_ballot(number, "yes" if number % 3 else "no") for number in range(VOTERS)]


@pytest.fixture
def voted(database: Database) -> Iterator[Database]:
    open_vote(database, count=VOTERS)
    for number, each in enumerate(CAST):
        ask(database, each, by=elector(number))
    yield database
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def said_since(cell: Cell, before: int) -> str:
    return (cell.logs / "postgres.log").read_bytes()[before:].decode()


def size_of_log(cell: Cell) -> int:
    return (cell.logs / "postgres.log").stat().st_size


@pytest.mark.parametrize("table", ["ballot_box", "participation"])
def test_a_ballot_that_comes_twice_at_once_is_not_quoted_in_the_servers_log(
    voted: Database, server_cell: Cell, table: str
) -> None:
    ballot, before = CAST[3], size_of_log(server_cell)
    row = {
        "ballot_box": {"id": ballot.ballot_id, "vote_id": VOTE, "choice": ["no"], "nonce": ballot.nonce},
        "participation": {"vote_id": VOTE, "entitlement_id": entitlement(3), "channel": "online"},
    }[table]
    into = {"ballot_box": ballot_box, "participation": participation}[table]
    with (
        pytest.raises((sa.exc.IntegrityError, psycopg.errors.UniqueViolation)),
        voted.writing(Context(correlation_id="twice")) as uow,
    ):
        bulk.insert(uow.connection, into, [row])
    told = said_since(server_cell, before)
    assert f'unique constraint "{table}_pkey"' in told
    for each in (str(ballot.ballot_id), ballot.nonce, str(entitlement(3)), str(VOTE)):
        assert each not in told


def test_once_it_is_over_ballots_stand_among_ballots_and_in_the_bundle_alone(
    voted: Database, postgres: PostgresServer, server_cell: Cell
) -> None:
    count(voted)
    signing.sign_all(voted, SigningKey("ab" * 32, district="140303"))
    timers.sweep_boxes(voted)
    ballots = [
        Trace({"ballot_id": str(each.ballot_id), "choice": list(each.choice), "nonce": each.nonce})
        for each in CAST
    ]
    url = voted.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    assert tables_with(url, ballots) == {"ballot", "bundle_part"}
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    own = files_of(url, "ballot", "bundle_part")
    # What is searched for is found where it is told.
    assert files_with(server_cell.folder, ballots) != []
    assert files_with(server_cell.folder, ballots, but=own) == []


@pytest.mark.parametrize("setting", ["log_error_verbosity", "log_statement", "track_commit_timestamp"])
def test_the_server_keeps_no_statements_and_no_times_of_commits(database: Database, setting: str) -> None:
    expected = {"log_error_verbosity": "terse", "log_statement": "none", "track_commit_timestamp": "off"}
    assert rows(database, f"SHOW {setting}") == [(expected[setting],)]
