"""Whether a place stands in a text, where degrees look like the seconds of a time."""

import re


def says_degrees(text: str, degrees: str) -> bool:
    """Say whether degrees that begin so stand there; the seconds of `11:44:37.870123` are none."""
    return re.search(rf"(?<!\d)(?<!\d:){re.escape(degrees)}", text) is not None
