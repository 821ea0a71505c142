"""How everything stands at the end of a fault run, as the public API tells it. Pure but for its file.

It is kept beside the histories, so that a judgement can be repeated when the cell is long gone.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

FINAL = "final.jsonl"
TAIL_LENGTH = 80


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case's timeline. `late`: a fact that came when it no longer counted."""

    position: int
    at: datetime
    kind: str
    step: str
    state: str
    cycle: int
    late: bool
    detail: dict[str, str]


class FinalCase(msgspec.Struct, frozen=True, kw_only=True, tag="case", tag_field="what"):
    """A case. `tail` is the end of its text, where its op stands; `listed`: a list of cases has it."""

    case_id: str
    number: str
    state: str
    version: int
    tail: str
    seal: str | None
    life: tuple[Line, ...]
    listed: bool = True


class FinalOrder(msgspec.Struct, frozen=True, kw_only=True, tag="order", tag_field="what"):
    """A work order; a `sandbox` order has no case."""

    order_id: str
    case_id: str
    cycle: int
    state: str
    department: str
    signed_at: datetime | None
    completed_at: datetime | None
    result_id: str | None
    sandbox: bool = False


class FinalLeaf(msgspec.Struct, frozen=True, kw_only=True, tag="leaf", tag_field="what"):
    """A seal in the archive's log, at `index` from 0."""

    index: int
    case_id: str
    seal: str


class FinalState(NamedTuple):
    """Everything that was read."""

    cases: tuple[FinalCase, ...] = ()
    orders: tuple[FinalOrder, ...] = ()
    leaves: tuple[FinalLeaf, ...] = ()


def save(folder: Path, state: FinalState) -> None:
    """Keep what was read, one JSON line each."""
    things: Iterable[msgspec.Struct] = (*state.cases, *state.orders, *state.leaves)
    with (folder / FINAL).open("wb") as file:
        file.writelines(msgspec.json.encode(each) + b"\n" for each in things)


def load(folder: Path) -> FinalState:
    """Return what was kept."""
    decoder = msgspec.json.Decoder(FinalCase | FinalOrder | FinalLeaf)
    with (folder / FINAL).open("rb") as file:
        things = [decoder.decode(line) for line in file]
    return FinalState(
        tuple(each for each in things if isinstance(each, FinalCase)),
        tuple(each for each in things if isinstance(each, FinalOrder)),
        tuple(each for each in things if isinstance(each, FinalLeaf)),
    )
