"""What a text must be like: long enough, short enough, and fit to be kept. Pure."""

from collections.abc import Mapping

from services.dispatch.work_order.errors import TextTooLong, TextTooShort, TextUnfit

SHORTEST_TEXT, LONGEST_TEXT, LONGEST_RESULT = 10, 2_000, 5_000


def check_fit(texts: Mapping[str, str]) -> None:
    """Check that PostgreSQL keeps these, by the names of their fields. Raises: TextUnfit."""
    for field, text in texts.items():
        if "\0" in text:
            raise TextUnfit("holds a null character", field=field)


def check_length(text: str, *, at_most: int = LONGEST_TEXT) -> None:
    """Check a text of ten characters at least. Raises: TextTooShort, TextTooLong."""
    if len(text) < SHORTEST_TEXT:
        raise TextTooShort(at_least=SHORTEST_TEXT)
    if len(text) > at_most:
        raise TextTooLong(at_most=at_most)
