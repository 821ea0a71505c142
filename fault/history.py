"""What clients and the conductor of a fault run write down, one JSON line each, outside of the cell.

Pure, and it knows nothing of the system: the checker that judges by it must not share a mistake with it.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, TypeVar

import msgspec

Line = TypeVar("Line", bound=msgspec.Struct)

CLIENTS, HEARD, FAULTS = "clients.jsonl", "heard.jsonl", "faults.jsonl"
RESTORES = "restores.jsonl"


class Outcome(StrEnum):
    """How one try of an operation stands."""

    INVOKE = "invoke"  # written before it is sent
    OK = "ok"  # 2xx: it was done
    FAIL = "fail"  # a clear refusal: nothing was done
    UNKNOWN = "unknown"  # no answer, a broken connection, 504: it may have been done or not


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of `clients.jsonl`.

    `at` in epoch seconds. `op` names one intention, e.g. to report one lamp: every try of it has the
    same, and the same idempotency key. The text of a report ends with its op, so that the case can be
    found whatever the answer was. `took_s` is how long the client waited for this try.
    """

    at: float
    client: str
    op: str
    action: str
    outcome: Outcome
    attempt: int = 1
    status: int = 0
    case_id: str = ""
    took_s: float = 0.0
    code: str = ""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `heard.jsonl`: a message that a department took from its queue, and the epoch it is of."""

    at: float
    department: str
    event_id: str
    source: str
    subject: str
    sequence: int
    type: str
    case_id: str = ""
    order_id: str = ""
    epoch: int = 1


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `faults.jsonl`: a fault, when it stood, and what was measured of it."""

    name: str
    component: str
    injected_at: float
    healed_at: float
    first_delivery_s: float | None = None
    was_injected: bool = True
    facts: dict[str, float | int | str] = {}


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `restores.jsonl`: the cell went back to what it was at `point`, and was there at `back`.

    In epoch seconds; `point` is not later than when the backup began. What was answered or said in
    between, the cell may have forgotten.
    """

    point: float
    back: float

    def may_have_forgotten(self, at: float) -> bool:
        """Whether what happened at this moment may be unknown to the cell that came back."""
        return self.point < at < self.back


class Log:
    """Appends lines to a file; every line is with the operating system before `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("ab", buffering=0)

    def write(self, line: msgspec.Struct) -> None:
        """Append one line. May be called by several threads: one write is one line."""
        self._file.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def entries(folder: Path) -> Iterator[Entry]:
    """Yield what the clients wrote, in the order of writing."""
    yield from _lines(folder / CLIENTS, Entry)


def heard(folder: Path) -> Iterator[Heard]:
    """Yield what the departments took, in the order in which they did."""
    yield from _lines(folder / HEARD, Heard)


def struck(folder: Path) -> Iterator[Struck]:
    """Yield the faults, in order."""
    yield from _lines(folder / FAULTS, Struck)


def restores(folder: Path) -> Iterator[Restored]:
    """Yield the restores, in order; most runs have none."""
    if (folder / RESTORES).exists():
        yield from _lines(folder / RESTORES, Restored)


def _lines(path: Path, kind: type[Line]) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(kind)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)
