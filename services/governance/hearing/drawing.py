"""Who gets a seat: a draw that anybody can repeat. Pure.

The seed is made of public facts alone: the hearing's id, a value that the notice has named and that
becomes known only after the last registration, and the ids of all registrations.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from services.governance.hearing.errors import TermUnfit, TooFewRepresentatives
from services.governance.hearing.hearing import REPRESENTING, SMALLEST_PANEL, Registration

LONGEST_VALUE = 200


class Drawn(NamedTuple):
    """The seed (hex), and the panel in the order of its seats."""

    seed: str
    panel: tuple[UUID, ...]


def seed_of(hearing_id: UUID, public_value: str, registrations: Sequence[UUID]) -> str:
    """Return SHA-256 (hex) over the hearing's id, the value and the sorted ids, a line each."""
    lines = [str(hearing_id), public_value, *sorted(map(str, registrations))]
    return sha256("\n".join(lines).encode()).hexdigest()


def draw(hearing_id: UUID, registrations: Sequence[Registration], *, seats: int, value: str) -> Drawn:
    """Return the panel: a third of the seats by lot among interested and public, the rest among all.

    The lot is the order of SHA-256 over `seed:id`. Raises: TermUnfit, TooFewRepresentatives.
    """
    public_value = _fit(value)
    seed = seed_of(hearing_id, public_value, [each.id for each in registrations])
    order = sorted(registrations, key=lambda each: sha256(f"{seed}:{each.id}".encode()).hexdigest())
    size = min(seats, len(order))
    if size < SMALLEST_PANEL:
        raise TooFewRepresentatives(registered=len(order), at_least=SMALLEST_PANEL)
    reserved = [each for each in order if each.capacity in REPRESENTING][: -(-size // 3)]
    panel = [*reserved, *(each for each in order if each not in reserved)][:size]
    if 3 * sum(each.capacity in REPRESENTING for each in panel) < size:
        raise TooFewRepresentatives(registered=len(order), at_least=-(-size // 3))
    return Drawn(seed, tuple(each.id for each in panel))


def _fit(value: str) -> str:
    """Return the value as one line: it is a line of what the seed is made of. Raises: TermUnfit."""
    value = value.strip()
    if not value or len(value) > LONGEST_VALUE or not value.isprintable():
        raise TermUnfit("one line of 1 to 200 characters", field="public_value")
    return value
