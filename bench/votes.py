"""`./qiaotou bench --vote`: the households of an estate cast secret ballots over HTTP, one each.

The vote is drafted, its roll made, frozen and noticed as ever. Residents' sessions are opened in the
gateway's database before anything is measured: signing in by a code on a phone is not what a vote costs.
"""

import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from bench.cpu import seconds
from chassis.data.engine import Database
from gateway.answers import Account
from gateway.repository import SqlSessions
from gateway.sessions import STAFF, Sessions
from ops.cell import Cell
from ops.http_client import Client, RefusedError
from ops.ports import LOOPBACK
from ops.servers import Servers
from services.registry.demo import PASSWORD

COMMUNITY = "c02"
# By the law's own rules a recall needs no notice: it opens at once, on real time.
RULE = {"subject": "recall", "rule": "CN-2026.recall"}
CONNECTIONS = 32
WARM_UP = 200
GOAL_PER_S = 200
_WAIT_S = 120
_ELECTORS = sa.text(
    "SELECT e.entitlement_id, e.electors FROM vote v JOIN roll_entry e ON e.roll_id = v.roll_id "
    "WHERE v.id = :vote_id AND cardinality(e.electors) > 0 ORDER BY e.entitlement_id LIMIT :most"
)


class Voter(NamedTuple):
    """An entitlement and the sessions of its electors."""

    entitlement_id: UUID
    tokens: tuple[str, ...]


class VoteFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a vote of so many households cost; times in milliseconds, of one ballot over HTTP."""

    households: int
    counted: int
    connections: int
    seconds: float
    votes_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms_per_vote: dict[str, float]
    errors: tuple[str, ...]


class Led:
    """A secret vote that a committee leads over HTTP."""

    def __init__(self, port: int, *, place: str = COMMUNITY, kind: str = "households") -> None:
        self._client = Client(LOOPBACK, port, patience_s=_WAIT_S)
        login = {"login": f"committee-{place.partition('-')[0]}", "password": PASSWORD}
        self._client.token = str(self._client.post("/api/v1/sessions", login)["token"])
        body = {"place": place, "subject": RULE["subject"], "roll_kind": kind, "mode": "secret"}
        words = {"title": "罢免一名居委会委员", "text": "是否同意罢免?"}
        self.vote_id = str(self._client.post("/api/v1/votes", body | words)["vote_id"])
        self.path = f"/api/v1/votes/{self.vote_id}"

    def open(self, *, lasts: timedelta) -> None:
        """Lead it until it is open. Raises: TimeoutError."""
        self.take("rule", {"rule": RULE["rule"]})
        self.take("roll", {"as_of": datetime.now(UTC).date().isoformat()})
        self.wait_for("roll_published")
        self.take("roll/freeze")
        opens_at = datetime.now(UTC) + timedelta(seconds=10)
        self.take("notice", {"opens_at": opens_at.isoformat(), "closes_at": (opens_at + lasts).isoformat()})
        self.wait_for("open")

    def take(self, step: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Take a step."""
        return self._client.post(f"{self.path}/{step}", dict(body or {}))

    def view(self) -> dict[str, Any]:
        """Return the vote as everybody sees it."""
        return self._client.get(self.path)

    def wait_for(self, state: str) -> dict[str, Any]:
        """Return the vote once it is so far. Raises: TimeoutError."""
        until = time.monotonic() + _WAIT_S
        while (view := self.view())["state"] != state:
            if time.monotonic() > until:
                raise TimeoutError(f"still {view['state']}, never {state}")
            time.sleep(0.2)
        return view

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()


def voters(cell: Cell, vote_id: str, *, electors: int = 1, most: int | None = None) -> list[Voter]:
    """Open sessions for so many electors of each entitlement of a vote; of all unless `most` is said."""
    databases = Servers(cell).databases
    with closing(Database(databases.url("governance"))) as governance, governance.reading() as connection:
        rolled = connection.execute(_ELECTORS, {"vote_id": vote_id, "most": most}).all()
    with closing(Database(databases.url("gateway"))) as gateway:
        sessions = Sessions(SqlSessions(gateway), lifetime=timedelta(hours=2))
        return [
            Voter(entitlement_id, tuple(_token(sessions, each) for each in who[:electors]))
            for entitlement_id, who in rolled
        ]


def a_ballot(voter: Voter, choice: str = "yes") -> dict[str, Any]:
    """Return a new ballot of an entitlement."""
    return {
        "entitlement_id": str(voter.entitlement_id),
        "ballot_id": str(uuid4()),
        "choice": [choice],
        "nonce": secrets.token_hex(32),
    }


def measure(cell: Cell, pids: Mapping[str, int]) -> VoteFigures:
    """Have every household of an estate vote once, and count them."""
    port = cell.ports["gateway"]
    with closing(Led(port)) as led:
        led.open(lasts=timedelta(hours=1))
        everybody = voters(cell, led.vote_id)
        Casting(port, led.path, everybody[:WARM_UP]).run()
        before = seconds(pids)
        casting = Casting(port, led.path, everybody[WARM_UP:])
        took = casting.run()
        after = seconds(pids)
        counted = led.view()["participated"]
    times = sorted(casting.times_ms) or [0.0]
    number = max(1, len(casting.times_ms))
    spent = {name: round((after[name] - before[name]) * 1000 / number, 2) for name in after}
    return VoteFigures(
        households=len(everybody),
        counted=counted,
        connections=CONNECTIONS,
        seconds=round(took, 2),
        votes_per_s=round(len(casting.times_ms) / took, 1),
        p50_ms=round(statistics.median(times), 1),
        p99_ms=round(times[int(len(times) * 0.99)], 1),
        cpu_ms_per_vote={**spent, "total": round(sum(spent.values()), 2)},
        errors=tuple(casting.errors[:3]),
    )


class Casting:
    """Voters who cast their ballots, as many at a time as there are connections."""

    def __init__(self, port: int, path: str, everybody: Sequence[Voter]) -> None:
        self._port, self._path = port, path
        self._waiting: SimpleQueue[Voter] = SimpleQueue()
        for voter in everybody:
            self._waiting.put(voter)
        self.times_ms: list[float] = []
        self.errors: list[str] = []

    def run(self) -> float:
        """Return how many seconds it took until everybody was answered."""
        began = time.monotonic()
        together(self._work for _ in range(CONNECTIONS))
        return time.monotonic() - began

    def _work(self) -> None:
        with closing(Client(LOOPBACK, self._port)) as client:
            while True:
                try:
                    voter = self._waiting.get_nowait()
                except Empty:
                    return
                began = time.monotonic()
                try:
                    client.post(f"{self._path}/ballots", a_ballot(voter), token=voter.tokens[0])
                except (RefusedError, OSError) as error:
                    self.errors.append(str(error)[:300])
                else:
                    self.times_ms.append((time.monotonic() - began) * 1000)


def together(tasks: Iterable[Callable[[], None]]) -> None:
    """Run each in a thread of its own, and wait for all."""
    threads = [threading.Thread(target=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _token(sessions: Sessions, account_id: UUID) -> str:
    account = Account(
        account_id=str(account_id),
        display_name="居民",
        roles=("resident",),
        community=COMMUNITY,
        grid=None,
        department=None,
    )
    return sessions.open(account=account, kind=STAFF)[0]
