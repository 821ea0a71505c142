"""Searching in Chinese: what a case is found by, and what somebody looks for. Pure.

Chinese is written without blanks and most of its words have two characters, so a text is found by
every two characters that stand side by side in it, its bigrams. A database index leads from a few
bigrams to few cases; whether a longer word really stands there is then looked at in the text.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from re import compile as pattern
from typing import NamedTuple
from unicodedata import normalize
from uuid import UUID

import msgspec

from chassis.refusal import Invalid
from services.intake.case.lifecycle import State
from services.intake.case.tags import tag, tags_of_time

LONGEST = 40
# Normalising can make a text eighteen times as long; nobody types this much.
_LONGEST_TYPED = 400
_RUN = pattern(r"[^\W_]+")
_DIGITS = pattern(r"[0-9]{3,}")
_PAIR, _TRIPLE = 2, 3
_OF_THE_PLACE = "@"
SET_ASIDE = frozenset({State.MERGED, State.REFUSED, State.CANCELLED})


class Told(NamedTuple):
    """What a case tells of itself as far as it decides how it is found."""

    text: str
    address: str
    number: str
    reported_at: datetime
    community: str
    grid: str
    category: str | None
    lead: str | None
    reporter_id: UUID | None
    state: str


class Findable(msgspec.Struct, frozen=True, kw_only=True):
    """What a case is found by: `keys` lead to it; the plain text, number and address are looked at.

    A key that the address alone holds is marked: it counts for those who may know the place.
    """

    keys: tuple[str, ...]
    text: str
    number: str
    address: str


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for: a case must hold all of `words`, and so it has all of `keys`."""

    words: tuple[str, ...]
    keys: tuple[str, ...]


def plain(text: str) -> str:
    """Return a text's runs of letters and digits, normalised (NFKC, lower case), a blank between them."""
    return " ".join(_RUN.findall(normalize("NFKC", normalize("NFKC", text).lower())))


def told_of(case: object) -> Told:
    """Return what a case tells, of whichever shape it is."""
    return Told(*(getattr(case, name) for name in Told._fields))


def findable(case: Told) -> Findable:
    """Return what a case is found by."""
    text, address = plain(case.text), plain(case.address)
    said = {*_pairs(text), *_triples(text), *_triples(case.number)}
    there = {*_pairs(address), *_triples(address)} - said
    keys = sorted({*said, *map(place_key, there), *_tags(case)})
    return Findable(keys=tuple(keys), text=text, number=case.number, address=address)


def sought(typed: str) -> Sought:
    """Return what a search of 2 to 40 characters looks for: every word of it. Raises: Invalid.

    Punctuation counts as a blank. A single character is looked for beside a longer word only.
    """
    text = plain(typed[: _LONGEST_TYPED + 1])
    if len(typed) > _LONGEST_TYPED or len(text) > LONGEST:
        raise _not_a_search("too_long")
    words = tuple(dict.fromkeys(text.split()))
    keys = tuple(dict.fromkeys(key for word in words for key in _covering(word)))
    if not keys:
        raise _not_a_search("too_short" if words else "no_word")
    return Sought(words=words, keys=keys)


def _not_a_search(reason: str) -> Invalid:
    return Invalid("a search has 2 to 40 letters, digits or characters", field="q", reason=reason)


def place_key(key: str) -> str:
    """Return the key under which what only the address holds is found."""
    return _OF_THE_PLACE + key


def in_numbers(word: str) -> bool:
    """Return whether a word is looked for in case numbers too: three digits or more."""
    return _DIGITS.fullmatch(word) is not None


def found_alike(one: Told, other: Told) -> bool:
    """Return whether a step has left everything as it was by which a case is found."""
    return (one.text, one.address, *_tags(one)) == (other.text, other.address, *_tags(other))


def _tags(case: Told) -> Iterator[str]:
    yield from tags_of_time(case.reported_at)
    yield tag("community", case.community)
    yield tag("grid", case.grid)
    for name in ("category", "lead", "reporter_id"):
        if (code := getattr(case, name)) is not None:
            yield tag(name, code)
    # A case that was set aside stays so: of other states the words know nothing.
    if case.state in SET_ASIDE:
        yield tag("state", case.state)


def _pairs(text: str) -> Iterator[str]:
    return (part for run in text.split() for part in _parts(run, _PAIR))


def _triples(text: str) -> Iterator[str]:
    # Of two digits in a row there are a hundred, and every case number has a dozen of them.
    return (part for digits in _DIGITS.findall(text) for part in _parts(digits, _TRIPLE))


def _parts(run: str, length: int) -> Iterator[str]:
    return (run[start : start + length] for start in range(len(run) - length + 1))


def _covering(word: str) -> Iterator[str]:
    """Yield as few keys as cover a word: of its digits the triples, of the rest every second pair."""
    end = 0
    for digits in _DIGITS.finditer(word):
        yield from _every(word[max(0, end - 1) : digits.start() + 1], _PAIR)
        yield from _every(digits[0], _TRIPLE)
        end = digits.end()
    yield from _every(word[max(0, end - 1) :], _PAIR)


def _every(run: str, length: int) -> Iterable[str]:
    if len(run) < length:
        return
    starts = [*range(0, len(run) - length, length), len(run) - length]
    yield from (run[start : start + length] for start in starts)
