"""Declaring what a handler will load, so that a batch loads it in one statement a store."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chassis.data.store import Store
from chassis.data.unit_of_work import UnitOfWork

Load = tuple[type[Store[Any, Any]], Callable[[Any], Any]]


def prefetch(uow: UnitOfWork, messages: Iterable[tuple[Sequence[Load], object]]) -> None:
    """Load for all messages at once. A key function returns a key, an iterable of them, or None."""
    wanted: dict[type[Store[Any, Any]], list[Any]] = defaultdict(list)
    for loads, message in messages:
        for store, key_of in loads:
            key = key_of(message)
            if isinstance(key, list | set | frozenset):
                wanted[store].extend(key)
            elif key is not None:
                wanted[store].append(key)
    for store, keys in wanted.items():
        uow.store(store).prefetch(keys)
