"""The bundle of a closed vote: everything by which anyone recounts it, signed. Pure.

The signature is over the head: the bundle without its two lists of leaves, which the head binds by number and
root. So the public has an open vote's bundle without the ballots under the same signature. Its form is told
in docs/bundle.md, and `clients/verifier` reads it by rules of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import rfc8785

from chassis import merkle
from contracts.commands.elections import Elected
from contracts.commands.rules import Counts, DecisionRule, Outcome
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.rule.rules import rule_hash
from services.governance.vote.ballot import Ballot, leaf_of
from services.governance.vote.tally import Tally

FORMAT = "qiaotou-vote/1"
MARK = b"\x04"

Object = dict[str, Any]
Sign = Callable[[bytes, Mapping[str, Any]], str]
_LINE = msgspec.json.Encoder()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, as it was published before opening."""

    title: str
    text: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who stands, as ballots name them and as everybody knows them."""

    code: str
    name: str


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """The frozen roll: its leaves by contracts.roll, in their order; area in 0.01 m2, root in hex."""

    kind: RollKind
    as_of: date
    count: int
    area_hundredths_m2: int
    root: str
    leaves: tuple[bytes, ...]


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A vote that is closed and counted.

    `participated` counts the entitlements that were used, `quarantined` those of them whose co-owners
    contradicted each other: their ballots are not among `ballots`. `seats` is the most that a ballot may
    choose: 1 where nobody is elected.
    """

    id: UUID
    place: str
    mode: BallotMode
    question: Question
    options: tuple[str, ...]
    seats: int
    candidates: tuple[Named, ...]
    opened_at: datetime
    closed_at: datetime
    rule: DecisionRule
    roll: Roll
    ballots: tuple[Ballot, ...]
    participated: int
    quarantined: int
    tally: Tally
    counts: Counts
    outcome: Outcome | Elected


def bundle(closed: Closed, *, district: str, key: str, sign: Sign) -> Object:
    """Return the whole bundle; its leaves are raw JSON, for `written`.

    Ballots stand in the order of their receipts, which says nothing of when or by whom they were cast.
    """
    leaves = in_order(closed.ballots)
    head = _head(closed, leaves, district=district) | {"key": key}
    signed = head | {"signature": sign(MARK, head)}
    roll = head["roll"] | {"leaves": [msgspec.Raw(each) for each in closed.roll.leaves]}
    return signed | {"roll": roll, "ballots": [msgspec.Raw(each) for each in leaves]}


def without_ballots(whole: Object) -> Object:
    """Return what the public has of an open vote: the same signature, and nobody's ballot."""
    return {name: value for name, value in whole.items() if name != "ballots"}


def written(whole: Object) -> bytes:
    """Return a bundle as its file."""
    return _LINE.encode(whole)


def digest_of(whole: Object) -> str:
    """Return the hash of the head 公示码: one number for the notice board by which all can be checked."""
    roll = {name: value for name, value in whole["roll"].items() if name != "leaves"}
    apart = ("ballots", "signature")
    head = {name: value for name, value in whole.items() if name not in apart} | {"roll": roll}
    return merkle.leaf_hash(rfc8785.dumps(head)).hex()


def in_order(ballots: Iterable[Ballot]) -> list[bytes]:
    """Return the leaves of ballots in the order of their receipts."""
    return sorted((leaf_of(each) for each in ballots), key=merkle.leaf_hash)


def root_of(leaves: Iterable[bytes]) -> str:
    """Return the Merkle root of leaves, in hex."""
    tree = merkle.Frontier()
    for leaf in leaves:
        tree = tree.grown(merkle.leaf_hash(leaf))
    return tree.root.hex()


def _head(closed: Closed, leaves: Sequence[bytes], *, district: str) -> Object:
    return {
        "format": FORMAT,
        "district": district,
        "vote": {
            "id": str(closed.id),
            "place": closed.place,
            "mode": closed.mode.value,
            "question": _question(closed.question),
            "options": list(closed.options),
            "seats": closed.seats,
            "candidates": msgspec.to_builtins(closed.candidates),
            "opened_at": _moment(closed.opened_at),
            "closed_at": _moment(closed.closed_at),
        },
        "rule": msgspec.to_builtins(closed.rule),
        "rule_hash": rule_hash(closed.rule),
        "roll": {
            "kind": closed.roll.kind.value,
            "as_of": closed.roll.as_of.isoformat(),
            "count": closed.roll.count,
            "area_hundredths_m2": closed.roll.area_hundredths_m2,
            "root": closed.roll.root,
        },
        "participated": closed.participated,
        "quarantined": closed.quarantined,
        "ballots_count": len(leaves),
        "ballots_root": root_of(leaves),
        "totals": msgspec.to_builtins(closed.tally),
        "counts": msgspec.to_builtins(closed.counts),
        "outcome": msgspec.to_builtins(closed.outcome),
    }


def _question(question: Question) -> Object:
    asked = msgspec.to_builtins(question)
    return {**asked, "sha256": sha256(rfc8785.dumps(asked)).hexdigest()}


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
