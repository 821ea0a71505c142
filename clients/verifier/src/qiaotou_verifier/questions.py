"""Lines of JSON that ask what a rule says of counts."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from qiaotou_verifier.rules import TABLE, Object, Share, Unjudgeable, what_if

_FIELDS = ("rule", "counts")


class Answer(NamedTuple):
    """What is said to a line, counted from 1: an answer, or why there is none."""

    line: int
    answer: Object | None
    trouble: str = ""


def answers(lines: Iterable[bytes]) -> Iterator[Answer]:
    """Answer every line of JSON `{"rule": ..., "counts": {...}}` in order; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(number, line)


def table() -> Iterator[Object]:
    """Give every rule with its inequalities."""
    for code, rule in TABLE.items():
        yield {
            "rule": code,
            "demand": _texts(rule.may_ask),
            "valid_if": _texts(rule.take_part),
            "passes_if": _texts(rule.agree),
        }


def _answer(number: int, line: bytes) -> Answer:
    try:
        asked = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once_each)
        return Answer(number, _answered(asked))
    except (ValueError, RecursionError) as error:
        return Answer(number, None, f"not JSON: {error}")
    except Unjudgeable as error:
        return Answer(number, None, str(error))


def _answered(asked: object) -> Object:
    if not isinstance(asked, dict) or sorted(asked) != sorted(_FIELDS):
        raise Unjudgeable('not an object with "rule" and "counts", and those alone')
    return what_if(asked["rule"], asked["counts"])


def _once_each(pairs: list[tuple[str, object]]) -> Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unjudgeable("a name stands twice")
    return found


def _texts(shares: Iterable[Share]) -> list[str]:
    return [share.text for share in shares]
