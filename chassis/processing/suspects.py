"""Messages that come again: each is begun under a note that stays, so that one that kills is found out."""

from collections.abc import Callable
from contextlib import suppress

from chassis.data.engine import Database
from chassis.processing import parking


class Suspects:
    """What this process has begun of the messages that came again."""

    def __init__(self) -> None:
        self._survived: set[str] = set()

    def take(
        self,
        database: Database,
        key: str,
        *,
        work: Callable[[], None],
        park: Callable[[], None],
        was_done: Callable[[], bool] = lambda: False,
    ) -> None:
        """Do the work of one redelivered message, or park it where a process has died on it before.

        Only for what was delivered before: a first delivery is no suspect, and an attempt noted for
        it would park an innocent message at the second kill. `was_done` says that the process died
        after the commit, so not on the message. Raises: what `work` raises.
        """
        attempts = parking.note_attempt(database, key, survived=key in self._survived)
        if attempts > 1 and not was_done():
            park()
        else:
            self._survived.add(key)
            try:
                work()
            except Exception:
                # The process lives: whoever takes the message next need not suspect it.
                with suppress(Exception):
                    parking.forget_attempt(database, key)
                raise
        parking.forget_attempt(database, key)
        # Not before: a database that goes away in between must not make a suspect of what was done.
        self._survived.discard(key)
