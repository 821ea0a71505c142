"""Noticing that the cell went back to a backup, by its own word or by the epoch that its messages are of."""

import json
import logging
from collections.abc import Callable

from qiaotou_department.errors import MalformedMessage
from qiaotou_department.messages import Heard, Restored

log = logging.getLogger(__name__)

FIRST_EPOCH = 1

RestoredHandler = Callable[[Restored], None]


class Epochs:
    """The highest epoch that was heard of while this runs."""

    def __init__(self) -> None:
        self._highest: int | None = None

    def hear(self, message: Heard | None, body: bytes) -> Restored | None:
        """Return what to tell of a restore where this message is the first of a new epoch.

        Raises: MalformedMessage.
        """
        epoch, before = epoch_of(body), self._highest
        self._highest = max(epoch, before or FIRST_EPOCH)
        if before is not None and epoch <= before:
            return None
        if isinstance(message, Restored):
            found = message
        elif before is not None:
            found = Restored(epoch=epoch)
        else:
            return None
        log.warning("the cell went back to a backup: known until %s", found.known_until or "nobody can tell")
        return found


def epoch_of(body: bytes) -> int:
    """Return the epoch that a message is of; the first where it names none. Raises: MalformedMessage."""
    try:
        return int(json.loads(body).get("epoch", FIRST_EPOCH))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedMessage(f"{type(error).__name__}: {error}") from error
