"""Saved filters: the parameters of a list that somebody uses again, under a name of their own."""

import re
from typing import ClassVar, Protocol

import msgspec

from chassis.refusal import Refusal

MOST = 50
_NAME = re.compile(r"[\w-](?:[\w -]{0,38}[\w-])?")


class SavedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A list and the parameters of its query, as text."""

    name: str
    list: str
    parameters: dict[str, str]


class TooManyFilters(Refusal):
    """The account keeps as many filters as it may."""

    code: ClassVar[str] = "too_many_filters"


class Filters(Protocol):
    """Where filters are kept, by account."""

    def all(self, account_id: str) -> tuple[SavedFilter, ...]:
        """Return an account's filters, by name."""

    def find(self, account_id: str, name: str) -> SavedFilter | None:
        """Return one filter."""

    def keep(self, account_id: str, kept: SavedFilter) -> bool:
        """Keep a filter in place of one of that name; return False where there would be too many."""

    def drop(self, account_id: str, name: str) -> None:
        """Forget a filter, if there is one."""


def is_name(text: str) -> bool:
    """Return whether a filter may be called so: letters, digits, hyphens and inner spaces, 40 at most."""
    return _NAME.fullmatch(text) is not None
