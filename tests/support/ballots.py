"""Closed votes of any size, their bundles, and what a dishonest hand does to one."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts import roll as rolls
from contracts.commands.rules import Counts
from contracts.commands.votes import BallotMode
from contracts.events.registry import RollEntry
from contracts.vocabulary import RollKind
from services.governance.rule.deciding import decide
from services.governance.rule.rules import rule_of
from services.governance.vote.ballot import Ballot, receipt_of
from services.governance.vote.bundle import Closed, Named, Question, Roll, bundle, root_of, written
from services.governance.vote.electing import elect
from services.governance.vote.tally import tally

Object = dict[str, Any]
DISTRICT = "140303"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
YES_NO = ("yes", "no", "abstain")
MARK = b"\x04"


def public_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def sign(mark: bytes, content: Mapping[str, Any]) -> str:
    return KEY.sign(mark + rfc8785.dumps(dict(content))).hex()


def a_roll(
    count: int, *, kind: RollKind = RollKind.HOUSEHOLDS, seed: int = 1
) -> tuple[Roll, list[RollEntry]]:
    """Return a frozen roll of so many entitlements, and its entries in order."""
    drawn = Random(seed)
    owners = kind is RollKind.OWNERS
    entries = rolls.in_order(
        RollEntry(
            entitlement_id=_uuid4(drawn),
            electors=(_uuid4(drawn),),
            area_hundredths_m2=drawn.randint(4_000, 14_000) if owners else 0,
        )
        for _ in range(count)
    )
    leaves = tuple(rolls.leaves(entries))
    frozen = Roll(
        kind=kind,
        as_of=date(2026, 2, 28),
        count=count,
        area_hundredths_m2=rolls.area_of(entries),
        root=root_of(leaves),
        leaves=leaves,
    )
    return frozen, list(entries)


def a_secret_vote(*, eligible: int = 12, seed: int = 1, **choices: int) -> Closed:
    """Return a secret question among households; `choices` by option, e.g. yes=6, no=3."""
    chosen = [(option,) for option, number in (choices or {"yes": 6, "no": 3}).items() for _ in range(number)]
    return _closed(BallotMode.SECRET, "CN-2026.residents", chosen, a_roll(eligible), seed=seed)


def an_open_vote(*, eligible: int = 12, seed: int = 1, quarantined: int = 0, **choices: int) -> Closed:
    """Return an open question among owners, weighed by area."""
    chosen = [(option,) for option, number in (choices or {"yes": 8, "no": 2}).items() for _ in range(number)]
    roll = a_roll(eligible, kind=RollKind.OWNERS)
    return _closed(BallotMode.OPEN, "CN-OWNERS.ordinary", chosen, roll, seed=seed, quarantined=quarantined)


def an_election(*ballots: tuple[str, ...], candidates: tuple[str, ...], seats: int, eligible: int) -> Closed:
    """Return a secret committee election."""
    roll = a_roll(eligible, kind=RollKind.ADULTS)
    return _closed(
        BallotMode.SECRET, "CN-2026.election", list(ballots), roll, seed=1, options=candidates, seats=seats
    )


def a_bundle(closed: Closed) -> Object:
    """Return a vote's bundle as its reader finds it."""
    return dict(json.loads(the_file(closed)))


def the_file(closed: Closed) -> bytes:
    """Return a vote's bundle as it is published."""
    return written(bundle(closed, district=DISTRICT, key=public_of(KEY), sign=sign))


def signed_again(content: Object, key: Ed25519PrivateKey = KEY) -> Object:
    """Return what a bundle says now under a signature: what the key's holder, or a thief of it, can do."""
    roll = {name: value for name, value in content["roll"].items() if name != "leaves"}
    head = {name: value for name, value in content.items() if name not in ("ballots", "signature")}
    head |= {"roll": roll, "key": public_of(key)}
    return content | {"key": head["key"], "signature": key.sign(MARK + rfc8785.dumps(head)).hex()}


def hashed_again(content: Object) -> Object:
    """Return a bundle whose order, numbers, roots and totals follow from its leaves, as anyone can."""
    ballots = [msgspec.convert(_renamed(leaf), Ballot) for leaf in content["ballots"]]
    content["ballots"].sort(key=_receipt)
    content["ballots_count"] = len(ballots)
    content["ballots_root"] = root_of(map(rfc8785.dumps, content["ballots"]))
    content["participated"] = max(content["participated"], len(ballots))
    counted = tally(ballots, content["vote"]["options"])
    content["totals"] = msgspec.to_builtins(counted)
    leaves = content["roll"]["leaves"]
    leaves.sort(key=lambda leaf: leaf["entitlement_id"])
    content["roll"] |= {
        "count": len(leaves),
        "area_hundredths_m2": sum(leaf["area_hundredths_m2"] for leaf in leaves),
        "root": root_of(map(rfc8785.dumps, leaves)),
    }
    return content


def _closed(
    mode: BallotMode,
    rule_code: str,
    chosen: list[tuple[str, ...]],
    roll: tuple[Roll, list[RollEntry]],
    *,
    seed: int,
    quarantined: int = 0,
    options: tuple[str, ...] = YES_NO,
    seats: int = 1,
) -> Closed:
    frozen, entries = roll
    ballots = _ballots(mode, chosen, entries, Random(seed + 1))
    counted, rule = tally(ballots, options), rule_of(rule_code)
    counts = _counts(frozen, counted)
    return Closed(
        id=_uuid4(Random(seed)),
        place="c01",
        mode=mode,
        question=Question(title="公交候车亭", text="是否同意在小区南门外增设一处公交候车亭?"),
        options=options,
        seats=seats,
        candidates=()
        if options == YES_NO
        else tuple(Named(code=each, name=f"候选人{each}") for each in options),
        opened_at=datetime(2026, 3, 12, 0, 30, tzinfo=UTC),
        closed_at=datetime(2026, 3, 14, 10, 0, tzinfo=UTC),
        rule=rule,
        roll=frozen,
        ballots=tuple(ballots),
        participated=len(ballots) + quarantined,
        quarantined=quarantined,
        tally=counted,
        counts=counts,
        outcome=decide(rule, counts)
        if options == YES_NO
        else elect(rule, counts, counted.options, seats=seats),
    )


def _ballots(
    mode: BallotMode, chosen: list[tuple[str, ...]], entries: list[RollEntry], drawn: Random
) -> list[Ballot]:
    named = mode is BallotMode.OPEN
    return [
        Ballot(
            id=_uuid4(drawn),
            choice=choice if choice != ("invalid",) else (),
            nonce=drawn.randbytes(32).hex(),
            entitlement_id=entry.entitlement_id if named else None,
            area_hundredths_m2=entry.area_hundredths_m2 if named else 0,
        )
        for choice, entry in zip(chosen, entries, strict=False)
    ]


def _counts(roll: Roll, counted: Any) -> Counts:
    yes = counted.options.get("yes")
    if roll.kind is not RollKind.OWNERS:
        return Counts(n=roll.count, p=counted.all.heads, y=None if yes is None else yes.heads)
    return Counts(
        T_area=roll.area_hundredths_m2,
        P_area=counted.all.area_hundredths_m2,
        Y_area=yes.area_hundredths_m2,
        T_heads=roll.count,
        P_heads=counted.all.heads,
        Y_heads=yes.heads,
    )


def _renamed(leaf: Object) -> Object:
    return {"id": leaf["ballot_id"]} | {name: leaf[name] for name in leaf if name != "ballot_id"}


def _receipt(leaf: Object) -> bytes:
    return bytes.fromhex(receipt_of(msgspec.convert(_renamed(leaf), Ballot)))


def _uuid4(drawn: Random) -> UUID:
    return UUID(bytes=drawn.randbytes(16), version=4)


Change = Callable[[Object], Any]
