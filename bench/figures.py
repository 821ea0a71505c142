"""`./qiaotou bench --figures`: figures, rankings and the cases behind them, over a million cases.

Cases, tallies and sums are written by SQL alone: a year of them through the projection would take
an hour. What is asked is asked through intake's queries.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.vocabulary import Role
from services.intake.figures import queries
from services.intake.figures.formulas import Figure
from services.intake.figures.tally import COUNTERS, Scope

CASES, CONNECTIONS, SECONDS = 1_000_000, 8, 30.0
BEGIN = date(2025, 1, 1)
DAYS = 365
# Loading a million cases takes minutes.
_PATIENCE_S = 3600.0
_LOOKING = Principal(subject="bench", roles=frozenset({Role.INSPECTOR}))

# A case: its day, place, category and department by its number; nearly all closed, a few overdue.
_CASES = """
INSERT INTO cases (case_id, number, state, community, grid, text, address, occurred_at, channel, reported_by,
    reported_at, updated_at, state_since, cycle, escalation, co_handlers, documents, version, emitted)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'bench-' || i, 'classified', g.parent,
    g.code, 'bench', '', at, 'app', 'grid_worker', at, at, at, 1, 0, '[]', '[]', 1, 1
FROM generate_series(CAST(1 AS bigint), :cases) AS i
CROSS JOIN LATERAL (SELECT CAST(:begin AS timestamptz) + (i * 7919 % :days) * interval '1 day' AS at) AS t
JOIN (SELECT code, parent, row_number() OVER (ORDER BY code) - 1 AS n FROM places WHERE tier = 'grid') AS g
    ON g.n = i * 31 % (SELECT count(*) FROM places WHERE tier = 'grid')
"""
_TALLIES = """
INSERT INTO figure_case (case_id, day, community, grid, department, category, due_at, runs, tally, {counters})
SELECT c.case_id, CAST(c.reported_at AS date), c.community, c.grid, k.department, k.code,
    c.reported_at + interval '5 days', i % 33 = 0, '{{}}', {values}
FROM (SELECT *, CAST(substr(number, 7) AS bigint) AS i FROM cases WHERE number LIKE 'bench-%') AS c
JOIN (SELECT code, department, row_number() OVER (ORDER BY code) - 1 AS n FROM categories) AS k
    ON k.n = i * 17 % (SELECT count(*) FROM categories)
"""
_VALUES = {
    "headline": "(i % 5 < 4)::int",
    "headline_closed": "(i % 5 < 4 AND i % 33 > 0)::int",
    "others": "(i % 5 = 4)::int",
    "fell_due": "(i % 33 > 0)::int",
    "on_time": "(i % 33 > 2)::int",
    "reworked": "(i % 20 = 0)::int",
    "satisfied": "(i % 10 > 0)::int",
    "unreachable": "0",
    **dict.fromkeys(("disputes", "disputes_closed", "petitions", "petitions_closed", "spot"), "0"),
}
_SUMS = """
INSERT INTO figure_sum (scope, grp, day, {counters})
SELECT CAST(:scope AS text), {group}, day, {sums} FROM figure_case GROUP BY 2, 3
"""
_MONTHS = """
INSERT INTO figure_month (scope, grp, month, {counters})
SELECT scope, grp, CAST(date_trunc('month', day) AS date), {sums} FROM figure_sum GROUP BY 1, 2, 3
"""
_GROUPS = {
    Scope.DISTRICT: "'*'",
    Scope.COMMUNITY: "community",
    Scope.GRID: "grid",
    Scope.DEPARTMENT: "department",
    Scope.CATEGORY: "category",
}
_TABLES = "cases, figure_case, figure_sum, figure_month"


class FigureLatency(msgspec.Struct, frozen=True, kw_only=True):
    """How long one kind of question took, in milliseconds."""

    kind: str
    asked: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class FigureFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured on PostgreSQL through intake's queries."""

    cases: int
    connections: int
    seconds: float
    load_seconds: float
    latencies: tuple[FigureLatency, ...]
    worst_p95_ms: float


def measure(
    url: str, *, cases: int, connections: int = CONNECTIONS, seconds: float = SECONDS
) -> FigureFigures:
    """Fill intake's database, and ask it from so many processes at once."""
    began = time.monotonic()
    load(url, cases)
    loaded = time.monotonic() - began
    spent: dict[str, list[float]] = {}
    with ProcessPoolExecutor(connections, mp_context=multiprocessing.get_context("spawn")) as askers:
        for found in askers.map(_ask, [url] * connections, range(connections), [seconds] * connections):
            for kind, took in found:
                spent.setdefault(kind, []).append(took)
    latencies = tuple(_latency(kind, sorted(spent[kind])) for kind in sorted(spent))
    return FigureFigures(
        cases=cases,
        connections=connections,
        seconds=seconds,
        load_seconds=round(loaded, 1),
        latencies=latencies,
        worst_p95_ms=max(each.p95_ms for each in latencies),
    )


def load(url: str, cases: int) -> None:
    """Write cases, tallies and sums that belong together."""
    database = Database(url, source="intake", patience_s=_PATIENCE_S)
    counters = ", ".join(COUNTERS)
    values = ", ".join(_VALUES.get(name, "1") for name in COUNTERS)
    sums = ", ".join(f"sum({name})" for name in COUNTERS)
    with closing(database), database.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text(f"TRUNCATE {_TABLES}"))
        given = {"cases": cases, "begin": BEGIN.isoformat(), "days": DAYS}
        connection.execute(sa.text(_CASES), given)
        connection.execute(sa.text(_TALLIES.format(counters=counters, values=values)))
        for scope, group in _GROUPS.items():
            statement = _SUMS.format(counters=counters, group=group, sums=sums)
            connection.execute(sa.text(statement), {"scope": scope.value})
        connection.execute(sa.text(_MONTHS.format(counters=counters, sums=sums)))
    with (
        closing(Database(url, patience_s=_PATIENCE_S)) as fresh,
        fresh.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text(f"VACUUM (ANALYZE) {_TABLES}"))


def _ask(url: str, seed: int, seconds: float) -> list[tuple[str, float]]:
    random, database, spent = Random(seed), Database(url, source="intake", pool_size=1), []
    until = time.monotonic() + seconds
    with closing(database):
        while time.monotonic() < until:
            kind, ask = random.choice(_QUESTIONS)
            period = _period(random)
            began = time.perf_counter()
            ask(database, random, period)
            spent.append((kind, time.perf_counter() - began))
    return spent


def _period(random: Random) -> Any:
    days = random.choice((7, 30, 90, 183, DAYS))
    since = BEGIN + timedelta(days=random.randrange(DAYS - days + 1))
    return {"since": since, "until": since + timedelta(days=days)}


def _figures(scope: Scope) -> Any:
    def ask(database: Database, _: Random, period: Any) -> None:
        queries.figures(database, _LOOKING, scope=scope, **period)

    return ask


def _ranking(database: Database, _: Random, period: Any) -> None:
    queries.ranking(database, **period)


def _behind(database: Database, random: Random, period: Any) -> None:
    place: Any = {"scope": "community", "group": f"c{random.randint(1, 38):02}"}
    queries.cases_behind(database, _LOOKING, figure=random.choice(list(Figure)), **place, **period)


_QUESTIONS: tuple[tuple[str, Any], ...] = (
    *((f"figures by {scope}", _figures(scope)) for scope in Scope),
    ("ranking", _ranking),
    ("cases behind a figure", _behind),
)


def _latency(kind: str, ordered: list[float]) -> FigureLatency:
    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)

    return FigureLatency(kind=kind, asked=len(ordered), p50_ms=at(0.5), p95_ms=at(0.95), p99_ms=at(0.99))
