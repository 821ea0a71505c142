"""Writing a publication: lines to files, their hashes to the manifest, a signature over it."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from chassis.data.epochs import own_epoch
from chassis.signing import SigningKey
from services.intake.archive import repository as archive
from services.intake.archive.log import stamp
from services.intake.figures import queries, reads
from services.intake.figures.formulas import RANKED
from services.intake.figures.reads import Period
from services.intake.figures.tally import Scope
from services.intake.publication import lines, reading
from services.intake.publication.lines import Line

FORMAT = "qiaotou-publication/1"
MARK = b"\x02"
SOURCE = "intake"
# A year of a large district is read in one statement.
PATIENCE_S = 600.0


class NotReadyError(RuntimeError):
    """The figures have not caught up with the cases, or nothing was archived yet."""


class Written(NamedTuple):
    """What a file holds."""

    sha256: str
    lines: int


def publish(
    database: Database, key: SigningKey, period: Period, folder: Path, *, minimum_volume: int
) -> dict[str, Written]:
    """Write everything for a period, as it stands now, into an empty folder. Raises: NotReadyError."""
    folder.mkdir(parents=True, exist_ok=False)
    with database.engine.connect() as connection:
        # One snapshot: figures, events and seals are of the same moment.
        snapshot = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with snapshot.begin():
            snapshot.execute(sa.text(f"SET LOCAL statement_timeout = {PATIENCE_S * 1000:.0f}"))
            return _write(snapshot, key, period, folder, minimum_volume=minimum_volume)


def _write(
    connection: Connection,
    key: SigningKey,
    period: Period,
    folder: Path,
    *,
    minimum_volume: int,
) -> dict[str, Written]:
    head = archive.head(connection)
    behind = reading.not_counted(connection, period)
    if head is None or behind:
        raise NotReadyError(f"{behind} cases are not counted yet" if head else "nothing was archived yet")
    now = cell_now(connection)
    found = {scope: queries.figures_in(connection, scope, period, now=now) for scope in Scope}
    ranks = [
        queries.ranking_of(found[Scope.COMMUNITY], figure, minimum_volume=minimum_volume)
        for figure in sorted(RANKED)
    ]
    figure_lines = [line for scope in sorted(Scope) for line in lines.figure_lines(found[scope])]
    figure_lines.sort(key=lambda line: (str(line["scope"]), str(line["group"]), str(line["figure"])))
    places = sorted(reads.grids(connection, period).items())
    written = {
        "places.jsonl": _lines(
            folder / "places.jsonl", ({"grid": grid, "community": above} for grid, above in places)
        ),
        "categories.jsonl": _lines(folder / "categories.jsonl", reading.categories(connection)),
        "events.jsonl": _lines(folder / "events.jsonl", reading.events(connection, period)),
        "figures.jsonl": _lines(folder / "figures.jsonl", figure_lines),
        "rankings.jsonl": _lines(
            folder / "rankings.jsonl", (line for each in ranks for line in lines.rank_lines(each))
        ),
        "seals.jsonl": _lines(folder / "seals.jsonl", reading.seals(connection, period)),
        "log.jsonl": _lines(folder / "log.jsonl", reading.log(connection, head.size)),
        "head.json": _lines(
            folder / "head.json",
            [
                {
                    "district": head.district,
                    "root": head.root,
                    "size": head.size,
                    "time": stamp(head.time),
                    "signature": head.signature,
                }
            ],
        ),
    }
    manifest: Line = {
        "format": FORMAT,
        "district": key.district,
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "cut_off": stamp(now),
        "epoch": own_epoch(connection, SOURCE),
        "minimum_volume": minimum_volume,
        "working_days": found[Scope.DISTRICT].working_days,
        "published_at": stamp(now),
        "files": {name: each._asdict() for name, each in written.items()},
        "key": key.public,
    }
    signed = {**manifest, "signature": key.sign(MARK, manifest)}
    (folder / "manifest.json").write_text(json.dumps(signed, indent=1) + "\n", encoding="utf-8")
    return written


def _lines(path: Path, content: Iterable[Line]) -> Written:
    """Write a line an object; return what was written."""
    digest, number = sha256(), 0
    with path.open("wb") as file:
        for number, line in enumerate(content, 1):  # noqa: B007 - the number of lines is asked for
            encoded = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(encoded)
            file.write(encoded)
    return Written(digest.hexdigest(), number)
