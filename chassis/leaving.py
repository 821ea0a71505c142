"""How a process of ours ends."""

import os
import sys
import threading
import time
from collections.abc import Sequence
from typing import NoReturn


def wait_for(threads: Sequence[threading.Thread], *, within_s: float) -> list[threading.Thread]:
    """Wait until they have ended, for so long in all; return those that have not."""
    until = time.monotonic() + within_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return [thread for thread in threads if thread.is_alive()]


def leave(code: int) -> NoReturn:
    """End this process now that it has nothing left to do.

    The interpreter's own way out ends its daemon threads wherever they are, with the locks that they
    hold, and may then wait for one of these.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
