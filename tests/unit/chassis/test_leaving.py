"""Whoever stops waits for its threads once, and not once for each."""

import subprocess
import sys
import threading
import time

from chassis.leaving import wait_for


def test_all_threads_together_are_waited_for_as_long_as_is_said() -> None:
    over = threading.Event()
    stuck = [threading.Thread(target=over.wait) for _ in range(5)]
    done = threading.Thread(target=lambda: None)
    for each in (done, *stuck):
        each.start()
    began = time.monotonic()
    assert wait_for([done, *stuck], within_s=0.4) == stuck
    assert time.monotonic() - began < 1.2
    over.set()
    assert wait_for(stuck, within_s=60) == []


def test_who_leaves_waits_for_nobody_and_has_said_everything() -> None:
    """A thread that is no daemon holds up the interpreter's own way out."""
    words = (
        "import threading; from chassis.leaving import leave;"
        "threading.Thread(target=threading.Event().wait).start(); print('said', end=''); leave(3)"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (3, b"said")
