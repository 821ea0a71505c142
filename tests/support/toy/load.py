"""Work for a toy without end, from several threads."""

import threading
import time
from typing import Self
from uuid import UUID, uuid4

from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from tests.support.toy.cell import ToyCell, a_thing


class Load:
    """Commands and events without end, from several threads, until it is stopped."""

    def __init__(self, toy: ToyCell) -> None:
        self._toy = toy
        self._over = threading.Event()
        self.commands: list[UUID] = []
        self.unanswered: list[UUID] = []
        self.told: dict[UUID, int] = {a_thing(): 0 for _ in range(20)}
        workers = [self._command] * 6 + [self._tell]
        self._threads = [threading.Thread(target=worker) for worker in workers]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join(15)

    def _command(self) -> None:
        thing = a_thing()
        while not self._over.is_set():
            command_id = uuid4()
            try:
                self._toy.bump(thing, command_id=command_id)
            except (ServiceUnavailable, NoAnswer, RemoteRefusal):
                self.unanswered.append(command_id)
            self.commands.append(command_id)

    def _tell(self) -> None:
        while not self._over.is_set():
            for thing in self.told:
                self.told[thing] += 1
            self._toy.publish(*[self._toy.event(thing, n) for thing, n in self.told.items()])
            time.sleep(0.05)
