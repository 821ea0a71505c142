"""How much is kept of what departments say and nobody can use: a sample, never a whole flood. Pure."""

from collections import defaultdict, deque

LONGEST_BYTES = 64 * 1024
MOST, WITHIN_S = 100, 3600.0


class Samples:
    """Says of each message whether it is kept; `now` in monotonic seconds."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MOST))

    def take(self, sender: str, size: int, *, now: float) -> bool:
        """Take another one of a sender, unless it is too long or the last hour had enough of them."""
        kept = self._kept[sender]
        if size > LONGEST_BYTES or (len(kept) == MOST and now - kept[0] < WITHIN_S):
            return False
        kept.append(now)
        return True
