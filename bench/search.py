"""`./qiaotou bench --search`: lists and searches over a hundred thousand cases.

The cases are written by intake's own code into a cell of their own. Then so many askers, each a
process with one connection, ask without pause what `questions` says: once through intake's queries
on PostgreSQL, once through HTTP.
"""

import itertools
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa

from bench.questions import ASKERS, KINDS, Kind
from bench.reports import Reports
from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from contracts.commands.intake import PageOrder
from ops.cell import Cell
from ops.display import Display
from ops.http_client import Client
from ops.ports import LOOPBACK
from ops.servers import Servers
from services.intake.case import queries
from services.intake.case.repository import CaseStore
from services.registry import reference_data
from services.registry.demo import PASSWORD

CASES, CONNECTIONS, SECONDS = 100_000, 8, 30.0
GOAL_MS = 50.0
_WARM_UP_S = 5.0
_TOGETHER = 1000
_TABLES = "cases, case_words"


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long one kind of question took, in milliseconds."""

    kind: str
    asked: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class SearchFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, by the way that was asked: `queries` on PostgreSQL, or `http`."""

    cases: int
    connections: int
    seconds: float
    load_seconds: float
    latencies: dict[str, tuple[Latency, ...]]
    questions_per_s: dict[str, float]
    worst_p95_ms: dict[str, float]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What one asker is told: where, and from when to when (epoch seconds) it counts."""

    database_url: str = ""
    port: int = 0
    tokens: dict[str, str] = {}
    seed: int
    begins_at: float
    ends_at: float


class _OnQueries:
    """Asks intake's queries, in this process."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, source="intake", pool_size=1)

    def ask(self, kind: Kind, filters: dict[str, Any]) -> None:
        order = PageOrder(filters["order"]) if "order" in filters else None
        queries.list_cases(self._database, kind.asker.principal, **(filters | {"order": order}))

    def close(self) -> None:
        self._database.close()


class _OverHttp:
    """Asks the gateway."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        self._client = Client(LOOPBACK, port)
        self._tokens = tokens

    def ask(self, kind: Kind, filters: dict[str, Any]) -> None:
        self._client.get(f"/api/v1/cases?{urlencode(filters)}", token=self._tokens[kind.asker.login])

    def close(self) -> None:
        self._client.close()


def measure(cell: Cell, display: Display, *, cases: int, connections: int, seconds: float) -> SearchFigures:
    """Load the cases into a running cell, and ask."""
    url = Servers(cell).databases.url("intake")
    began = time.monotonic()
    with display.stage(f"{cases} cases are written"):
        load(url, cases)
    loaded = time.monotonic() - began
    ways = {"queries": {"database_url": url}, "http": _over_http(cell)}
    latencies, rates = {}, {}
    for way, told in ways.items():
        with display.stage(f"{connections} connections have asked for {seconds:.0f} s: {way}"):
            spent = _ask(told, connections=connections, seconds=seconds)
        latencies[way] = tuple(_latency(kind.name, spent[kind.name]) for kind in KINDS if kind.name in spent)
        rates[way] = round(sum(map(len, spent.values())) / seconds, 1)
    return SearchFigures(
        cases=cases,
        connections=connections,
        seconds=seconds,
        load_seconds=round(loaded, 1),
        latencies=latencies,
        questions_per_s=rates,
        worst_p95_ms={way: max(each.p95_ms for each in found) for way, found in latencies.items()},
    )


def load(url: str, number: int) -> None:
    """Write cases as intake writes them, many together, and let PostgreSQL count them."""
    database = Database(url, source="intake")
    reports = iter(Reports(number, reference_data.read(), until=datetime.now(UTC)))
    context = Context(principal=the_system(), correlation_id="bench")
    with closing(database):
        with database.engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {_TABLES}"))
        while batch := list(itertools.islice(reports, _TOGETHER)):
            with database.writing(context) as uow:
                for case in batch:
                    uow.store(CaseStore).put(case.case_id, case)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"VACUUM (ANALYZE) {_TABLES}"))


def ask_on(asking: Asking) -> list[tuple[str, float]]:
    """Ask without pause; return the kind and the seconds of each question that counts."""
    random = Random(asking.seed)
    desk: _OnQueries | _OverHttp = (
        _OnQueries(asking.database_url) if asking.database_url else _OverHttp(asking.port, asking.tokens)
    )
    spent = []
    with closing(desk):
        while (now := time.time()) < asking.ends_at:
            kind = random.choice(KINDS)
            filters = kind.filters(random)
            began = time.perf_counter()
            desk.ask(kind, filters)
            if now >= asking.begins_at:
                spent.append((kind.name, time.perf_counter() - began))
    return spent


def _ask(told: dict[str, Any], *, connections: int, seconds: float) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {}
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(connections, mp_context=spawning) as askers:
        begins_at = time.time() + _WARM_UP_S
        asked = [
            Asking(**told, seed=seed, begins_at=begins_at, ends_at=begins_at + seconds)
            for seed in range(connections)
        ]
        for kind, took in itertools.chain.from_iterable(askers.map(ask_on, asked)):
            spent.setdefault(kind, []).append(took)
    return spent


def _over_http(cell: Cell) -> dict[str, Any]:
    port = cell.ports["gateway"]
    with closing(Client(LOOPBACK, port, patience_s=30)) as client:
        answers = {
            asker.login: client.post("/api/v1/sessions", {"login": asker.login, "password": PASSWORD})
            for asker in ASKERS
        }
    return {"port": port, "tokens": {login: str(answer["token"]) for login, answer in answers.items()}}


def _latency(kind: str, spent: list[float]) -> Latency:
    ordered = sorted(spent)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)

    return Latency(kind=kind, asked=len(ordered), p50_ms=at(0.5), p95_ms=at(0.95), p99_ms=at(0.99))
