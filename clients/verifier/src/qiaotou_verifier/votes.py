"""A vote's bundle, verified: one line a check. What is known from elsewhere is compared as well."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import NamedTuple

from qiaotou_verifier import leaves
from qiaotou_verifier.bundle import Bundle, Object, hashes_of
from qiaotou_verifier.leaves import Fault, fault
from qiaotou_verifier.rules import Unjudgeable
from qiaotou_verifier.vote_checks import CHECKS

_MOST_NAMED = 20


class State(StrEnum):
    """What became of a check."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_DONE = "not_done"


class Line(NamedTuple):
    """One check: what it has found wrong, or what holds."""

    check: str
    state: State
    texts: list[Fault]


class Kept(NamedTuple):
    """What a voter has kept: the receipt (hex), and the ballot's leaf where the client has kept that, too."""

    receipt: str
    leaf: Object | None = None


class Asked(NamedTuple):
    """What is known from elsewhere: the district's key (hex), what the notice board shows, receipts.

    `printed` is by name: `root` of the ballots, `digest` of the whole, `roll_root`, `rule_hash`.
    """

    key: str | None = None
    printed: tuple[tuple[str, str], ...] = ()
    receipts: tuple[Kept, ...] = ()


class VoteReport(NamedTuple):
    """Every check's line, and the number that stands for the whole bundle."""

    lines: list[Line]
    digest: str

    @property
    def holds(self) -> bool:
        """Whether no check failed."""
        return all(line.state is not State.FAILS for line in self.lines)


def verify_vote(bundle: Bundle, asked: Asked | None = None) -> VoteReport:
    """Recompute a vote from its bundle and nothing else."""
    asked = asked or Asked()
    signature, *inner = (
        _line(each.name, partial(each.faults, bundle), partial(each.facts, bundle)) for each in CHECKS
    )
    lines = [signature, _key(bundle, asked), _board(bundle, asked), *inner]
    if asked.receipts:
        known = _receipts(bundle)
        lines += [_receipt(kept, known) for kept in asked.receipts]
    return VoteReport(lines, bundle.digest)


def _key(bundle: Bundle, asked: Asked) -> Line:
    if asked.key is None:
        return Line("key", State.NOT_DONE, [fault("no_key")])
    found = bundle.content.get("key")
    if found != asked.key.lower():
        return Line("key", State.FAILS, [fault("other_key", key=found)])
    return Line("key", State.HOLDS, [fault("known_key")])


def _board(bundle: Bundle, asked: Asked) -> Line:
    if not asked.printed:
        return Line("board", State.NOT_DONE, [fault("nothing_printed")])
    found = {
        "root": bundle.content.get("ballots_root"),
        "digest": bundle.digest,
        "roll_root": bundle.content["roll"].get("root"),
        "rule_hash": bundle.content.get("rule_hash"),
    }

    def faults() -> Iterator[Fault]:
        for name, printed in asked.printed:
            if printed.lower() != found[name]:
                yield fault("not_as_printed", name=name, printed=printed, found=found[name])

    names = ", ".join(name for name, _ in asked.printed)
    return _line("board", faults, lambda: fault("as_printed", names=names))


def _receipts(bundle: Bundle) -> dict[str, Object]:
    return {receipt.hex(): leaf for receipt, leaf in zip(bundle.receipts, bundle.ballots or (), strict=True)}


def _receipt(kept: Kept, known: dict[str, Object]) -> Line:
    receipt = kept.receipt.lower()

    def faults() -> Iterator[Fault]:
        if not leaves.is_hash(receipt):
            yield fault("receipt_form", receipt=receipt[:80])
            return
        if kept.leaf is not None and (found := hashes_of([kept.leaf])[0].hex()) != receipt:
            yield fault("receipt_swapped", receipt=receipt, found=found)
        if receipt not in known:
            yield fault("receipt_missing", receipt=receipt)

    return _line(
        "receipt",
        faults,
        lambda: fault("included", receipt=receipt, choice=", ".join(known[receipt]["choice"]) or "-"),
    )


def _line(check: str, faults: Callable[[], Iterable[Fault]], facts: Callable[[], Fault]) -> Line:
    try:
        found = list(faults())
        if not found:
            return Line(check, State.HOLDS, [facts()])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, Unjudgeable) as error:
        found = [fault("malformed", where=f"{type(error).__name__} {error}"[:120])]
    more = [fault("and_more", number=len(found) - _MOST_NAMED)] if len(found) > _MOST_NAMED else []
    return Line(check, State.FAILS, [*islice(found, _MOST_NAMED), *more])
