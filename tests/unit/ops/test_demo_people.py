"""Whoever acts in a thread has one connection there, and gives it up in the end."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ops.demo.people import People
from ops.http_client import Client

THREADS = 3


def test_every_threads_connection_is_its_own_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Client] = []

    def close(self: Client) -> None:
        closed.append(self)

    monkeypatch.setattr(Client, "close", close)
    people = People("127.0.0.1", 1, departments={}, patience_s=0.0)
    together = Barrier(THREADS)

    def both_times(_: int) -> tuple[Client, Client]:
        together.wait(60)
        return people.client, people.client

    with ThreadPoolExecutor(THREADS) as crew:
        found = list(crew.map(both_times, range(THREADS)))
    assert all(first is second for first, second in found)
    people.close()
    assert {id(each) for each in closed} == {id(first) for first, _ in found}
    assert len(closed) == THREADS
