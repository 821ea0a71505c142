"""The draw of a hearing's panel, by the rules of `docs/decisions.md`: written a second time."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

REPRESENTING = ("interested", "public")


class Redrawn(NamedTuple):
    """What a draw says and what it says when it is repeated."""

    seed: str
    panel: list[str]
    published_seed: str
    published_panel: list[str]

    @property
    def holds(self) -> bool:
        """Whether both are the same."""
        return (self.seed, self.panel) == (self.published_seed, self.published_panel)


def redraw(draw: Mapping[str, Any]) -> Redrawn:
    """Repeat a draw from the JSON of `GET /hearings/{id}/draw`.

    Raises: KeyError, TypeError, ValueError where that cannot be read or nothing was drawn yet.
    """
    value = draw["public_value"]
    if value is None:
        raise ValueError("nothing was drawn yet")
    capacity = {str(each["id"]): each["capacity"] for each in draw["registrations"]}
    ids = sorted(capacity)
    seed = sha256("\n".join([draw["hearing_id"], value, *ids]).encode()).hexdigest()
    order = sorted(ids, key=lambda each: sha256(f"{seed}:{each}".encode()).hexdigest())
    size = min(int(draw["seats"]), len(ids))
    third = [each for each in order if capacity[each] in REPRESENTING][: (size + 2) // 3]
    panel = (third + [each for each in order if each not in third])[:size]
    return Redrawn(seed, panel, str(draw["seed"]), [str(each) for each in draw["panel"]])
