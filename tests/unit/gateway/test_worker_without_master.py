"""A worker whose master was killed leaves the port to the next one."""

import os
from types import SimpleNamespace

from gateway.worker import Worker


def a_worker(*, parent: int) -> Worker:
    worker = Worker.__new__(Worker)
    worker.ppid, worker.alive = parent, True
    worker.log = SimpleNamespace(info=lambda *_words: None)
    return worker


def test_a_worker_without_its_master_closes_what_is_kept_alive() -> None:
    worker = a_worker(parent=-1)
    assert not worker.is_parent_alive()
    assert not worker.alive


def test_a_worker_with_its_master_goes_on() -> None:
    worker = a_worker(parent=os.getppid())
    assert worker.is_parent_alive()
    assert worker.alive
