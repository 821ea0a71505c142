"""Closed loops as people and a department live them, all over HTTP and AMQP, nothing bypassed."""

import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any

from bench.department import Department
from ops.http_client import Client, RefusedError

THREADS = 32
LIST_EVERY_S = 0.5
REMIND_AFTER_S = 3.0


@dataclass(frozen=True)
class Cast:
    """Who takes part: tokens by role, and the photo each has uploaded before."""

    grids: tuple[str, ...]
    workers: dict[str, str]
    photos: dict[str, str]
    photos_after: dict[str, str]
    clerks: dict[str, str]
    archivist: str
    department: str
    department_code: str
    department_photo: str
    department_amqp: str


@dataclass
class Tally:
    """What happened, with the moments at which loops began and ended (monotonic seconds)."""

    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class Loops:
    """Runs `total` closed loops, `in_flight` at a time."""

    def __init__(
        self, host: str, port: int, cast: Cast, *, total: int, in_flight: int, patience_s: float = 0.0
    ) -> None:
        self._address = (host, port)
        self._patience_s = patience_s
        self._cast = cast
        self._total = total
        self._room = threading.Semaphore(in_flight)
        self._tasks: SimpleQueue[Callable[[Client], None]] = SimpleQueue()
        self._over = threading.Event()
        self._seen: set[str] = set()
        self._offers: set[str] = set()
        # By case id: when it was said that the order is done, which order, and the receipt.
        self._handed_in: dict[str, tuple[float, str, dict[str, Any]]] = {}
        self._department = Department(cast.department_code, cast.department_amqp, self._offered)
        self.tally = Tally()

    def run(self, *, within_s: float) -> Tally:
        """Return when every loop is closed and archived, or `within_s` has passed."""
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)]
        threads += [
            threading.Thread(target=self._list, args=(grid,), daemon=True) for grid in self._cast.grids
        ]
        if self._patience_s:
            threads.append(threading.Thread(target=self._remind, daemon=True))
        self._department.start()
        for thread in threads:
            thread.start()
        until = time.monotonic() + within_s
        threading.Thread(target=self._feed, daemon=True).start()
        while len(self.tally.ended) + len(self.tally.errors) < self._total and time.monotonic() < until:
            time.sleep(0.02)
        self._over.set()
        for thread in threads:
            thread.join(timeout=10)
        self._department.stop()
        self.tally.errors.extend(self._department.refused)
        return self.tally

    def _remind(self) -> None:
        """A department without confirms says again what may have been swallowed by a fault."""
        while not self._over.wait(REMIND_AFTER_S):
            now = time.monotonic()
            for case_id, (said_at, order_id, receipt) in list(self._handed_in.items()):
                if now - said_at > REMIND_AFTER_S:
                    self._handed_in[case_id] = (now, order_id, receipt)
                    self._department.ask_again(order_id, receipt)

    def _feed(self) -> None:
        for number in range(self._total):
            self._room.acquire()
            if self._over.is_set():
                return
            grid = self._cast.grids[number % len(self._cast.grids)]
            self._tasks.put(lambda client, grid=grid: self._report(client, grid))  # type: ignore[misc]

    def _work(self) -> None:
        with closing(Client(*self._address, patience_s=self._patience_s)) as client:
            while not self._over.is_set():
                with suppress(Empty):
                    self._do(self._tasks.get(timeout=0.2), client)

    def _do(self, task: Callable[[Client], None], client: Client) -> None:
        try:
            task(client)
        except (RefusedError, OSError) as error:
            # A loop that broke ends here; another may take its place.
            self.tally.errors.append(str(error)[:300])
            self._room.release()

    def _list(self, grid: str) -> None:
        """A grid worker looks at the list of what waits for a check."""
        token = self._cast.workers[grid]
        with closing(Client(*self._address, token=token, patience_s=self._patience_s)) as client:
            while not self._over.wait(LIST_EVERY_S):
                try:
                    page = client.get(f"/api/v1/cases?state=answered&grid={grid}&limit=100")
                except (RefusedError, OSError) as error:
                    self.tally.errors.append(str(error)[:300])
                else:
                    self._take_up(page["items"])

    def _take_up(self, cases: list[dict[str, Any]]) -> None:
        for case in cases:
            self._handed_in.pop(case["case_id"], None)
            if case["case_id"] not in self._seen:
                self._seen.add(case["case_id"])
                self._tasks.put(lambda client, case=case: self._check(client, case))  # type: ignore[misc]

    def _report(self, client: Client, grid: str) -> None:
        began = time.monotonic()
        receipt = client.post(
            "/api/v1/cases",
            {
                "grid": grid,
                "category": "0202",
                "text": "路灯不亮, 夜间行走不便, 请尽快维修。",
                "occurred_at": datetime.now(UTC).isoformat(),
                "channel": "app",
                "evidence": [self._cast.photos[grid]],
            },
            token=self._cast.workers[grid],
        )
        self.tally.began[receipt["case_id"]] = began

    def _offered(self, order: dict[str, Any]) -> None:
        # An order may come twice, as after a lost connection: its result is handed in once.
        if order["order_id"] in self._offers:
            return
        self._offers.add(order["order_id"])
        self._tasks.put(lambda client: self._hand_in(client, order))

    def _hand_in(self, client: Client, order: dict[str, Any]) -> None:
        receipt = client.post(
            f"/api/v1/department/orders/{order['order_id']}/results",
            {
                "text": "已更换灯泡和镇流器, 路灯恢复正常。",
                "contact": {"at": datetime.now(UTC).isoformat(), "channel": "phone", "note": ""},
                "evidence": [self._cast.department_photo],
            },
            token=self._cast.department,
        )
        self._department.complete(order["order_id"], receipt)
        self._handed_in[order["case_id"]] = (time.monotonic(), order["order_id"], receipt)

    def _check(self, client: Client, case: dict[str, Any]) -> None:
        grid = case["grid"]
        path = f"/api/v1/cases/{case['case_id']}"
        client.post(
            f"{path}/checks", {"evidence": [self._cast.photos_after[grid]]}, token=self._cast.workers[grid]
        )
        self._tasks.put(lambda again: self._visit(again, path, case))

    def _visit(self, client: Client, path: str, case: dict[str, Any]) -> None:
        body = {"resolved": True, "score": 5, "channel": "phone"}
        client.post(f"{path}/visits/satisfied", body, token=self._cast.clerks[case["community"]])
        self._tasks.put(lambda again: self._archive(again, path, case))

    def _archive(self, client: Client, path: str, case: dict[str, Any]) -> None:
        client.post(f"{path}/archive", {}, token=self._cast.archivist)
        self.tally.ended[case["case_id"]] = time.monotonic()
        self._room.release()
