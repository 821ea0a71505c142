"""How many examples hypothesis draws: few where somebody waits, ten times as many in the whole test."""

import os

WHOLE = "QIAOTOU_WHOLE_TEST"


def examples(number: int) -> int:
    """Return how many to draw where a quick test draws `number`."""
    return 10 * number if os.environ.get(WHOLE) else number
