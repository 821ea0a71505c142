"""What a judge may find, and how findings are added up. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import msgspec

EXAMPLES = 10


class Kind(StrEnum):
    """The kinds of violation; what belongs to each is in docs/faults.md."""

    LOST = "lost"  # 丢失
    DOUBLED = "doubled"  # 重复
    DISORDERED = "disordered"  # 乱序
    FALSE_201 = "false_201"  # 虚假的 201
    FALSE_REFUSAL = "false_refusals"  # 虚假的拒绝


class Finding(NamedTuple):
    """One violation, in words."""

    kind: Kind
    words: str


class Figure(msgspec.Struct, frozen=True):
    """How many violations there are of a kind, with the first ten in words."""

    count: int = 0
    examples: tuple[str, ...] = ()


def added_up(findings: Iterable[Finding]) -> dict[Kind, Figure]:
    """Return the figure of every kind."""
    words: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for finding in findings:
        words[finding.kind].append(finding.words)
    return {kind: Figure(len(found), tuple(found[:EXAMPLES])) for kind, found in words.items()}
