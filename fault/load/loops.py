"""Closed loops under faults: report, sign, complete, check, visit, archive, until each is done."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from fault.history import CLIENTS, HEARD, Log
from fault.load.cast import CATEGORIES, Cast
from fault.load.department import Department
from fault.load.tries import GivenUpError, Longest, Tries, Wish
from ops.http_client import RefusedError

THREADS = 32
LIST_EVERY_S, INSIST_EVERY_S = 0.5, 1.0
_IDLE_S = 0.02
_FAILED = (RefusedError, OSError, ValueError)
_TEXT = "路灯不亮, 夜间行走不便, 请尽快维修。"
_RESULT = "已更换灯泡和镇流器, 路灯恢复正常。"
_SATISFIED = {"resolved": True, "score": 5, "channel": "phone"}

Task = Callable[[Tries], None]
Case = dict[str, Any]


@dataclass(frozen=True)
class Pace:
    """How many reports a second at most, and how many loops alive at most.

    `doubts`: whether departments ask for what has not come for long.
    """

    per_s: float
    alive: int
    doubts: bool = True


REST = Pace(0.0, 0)


@dataclass
class Tally:
    """What has become of the loops so far. Moments in monotonic seconds, by case id."""

    accepted: dict[str, float] = field(default_factory=dict)
    archived: dict[str, float] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    reported: int = 0
    never_begun: int = 0

    @property
    def alive(self) -> int:
        """How many were begun and have not been archived; a report that was refused began nothing."""
        return self.reported - self.never_begun - len(self.archived)


class Loops:
    """Runs loops at the pace that it is given, until it is closed.

    Whatever happens, each wish is asked under its key until the answer is definite.
    """

    def __init__(self, port: int, cast: Cast, folder: Path, *, delivered: Callable[[float], None]) -> None:
        self._port = port
        self._cast = cast
        self._delivered = delivered
        self._clients = Log(folder / CLIENTS)
        self._heard = Log(folder / HEARD)
        self._departments = {
            code: Department(
                code,
                office.amqp_uri,
                clients=self._clients,
                heard=self._heard,
                offered=self._offered,
                signed=self._signed,
            )
            for code, office in cast.offices.items()
        }
        self._round = ""
        self._pace = REST
        self._tasks: SimpleQueue[Task] = SimpleQueue()
        self._seen: set[str] = set()
        self._over = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._lock = threading.Lock()
        self.longest = Longest()
        self.surprises: Counter[str] = Counter()
        self.tally = Tally()
        self._threads = self._made()

    def start(self) -> None:
        """Let everybody begin."""
        for department in self._departments.values():
            department.start()
        for thread in self._threads:
            thread.start()

    def take_over(self, cases: Sequence[Case], *, number: int) -> None:
        """Go on, from `start`, with cases that others have begun; reports are numbered from `number`.

        Only where a person was next needs a push: departments are offered what is theirs, and what
        waits for a check stands in a list.
        """
        self.tally.reported, self.tally.never_begun = number, number - len(cases)
        # Another photo, another moment of contact: it is not what may have been handed in before.
        self._round = f"-{number}"
        for case in cases:
            if case["state"] == "checked":
                self._tasks.put(lambda tries, case=case: self._visit(tries, case))  # type: ignore[misc]
            if case["state"] == "closed":
                self._tasks.put(lambda tries, case=case: self._archive(tries, case))  # type: ignore[misc]

    def close(self) -> None:
        """Let everybody stop where they are."""
        self._over.set()
        self._going.set()
        for thread in self._threads:
            thread.join(timeout=35)
        for department in self._departments.values():
            department.stop()
        for log in (self._clients, self._heard):
            log.close()

    def at(self, pace: Pace) -> None:
        """Report at another pace from now on."""
        self._pace = pace

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        """Let people and departments finish what they are at, and begin nothing meanwhile."""
        self._going.clear()
        try:
            yield
        finally:
            self._going.set()

    def refusals(self) -> Counter[str]:
        """Return what was refused for good, by action and code."""
        said = Counter(word for each in self._departments.values() for word in each.refused)
        return self.tally.refused + said

    def _surprised(self, words: str) -> None:
        with self._lock:
            self.surprises[words] += 1

    def _made(self) -> list[threading.Thread]:
        targets: list[tuple[Callable[..., None], tuple[str, ...]]] = [
            *[(self._work, ())] * THREADS,
            *((self._list, (grid,)) for grid in self._cast.workers),
            (self._insist, ()),
            (self._feed, ()),
        ]
        return [threading.Thread(target=target, args=args, daemon=True) for target, args in targets]

    def _connected(self) -> closing[Tries]:
        return closing(
            Tries(self._port, self._clients, self.longest, self._over.is_set, surprised=self._surprised)
        )

    def _feed(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            pace, now = self._pace, time.monotonic()
            is_full = self.tally.alive >= pace.alive or self._tasks.qsize() > THREADS or pace == REST
            if now < due or is_full or not self._going.is_set():
                time.sleep(_IDLE_S)
                continue
            # What could not be reported in time is not made up for by a rush.
            due = max(due, now - 1.0) + 1.0 / pace.per_s
            number = self.tally.reported
            self.tally.reported += 1
            self._tasks.put(lambda tries, number=number: self._report(tries, number))  # type: ignore[misc]

    def _work(self) -> None:
        with self._connected() as tries:
            while not self._over.is_set():
                self._going.wait()
                with suppress(Empty):
                    self._do(self._tasks.get(timeout=0.2), tries)

    def _do(self, task: Task, tries: Tries) -> None:
        try:
            task(tries)
        except RefusedError as error:
            step = str(error).partition(":")[0].rpartition("/")[2]
            with self._lock:
                self.tally.refused[f"{step}: {error.status} {error.code}"] += 1
        except GivenUpError:
            return

    def _list(self, grid: str) -> None:
        """A grid worker looks at the list of what waits for a check."""
        with self._connected() as tries:
            while not self._over.wait(LIST_EVERY_S):
                self._going.wait()
                with suppress(*_FAILED):
                    page = tries.ask(
                        f"/api/v1/cases?state=answered&grid={grid}&limit=100", self._cast.workers[grid]
                    )
                    self._take_up(page["items"])

    def _take_up(self, cases: list[Case]) -> None:
        for case in cases:
            if case["case_id"] not in self._seen:
                self._seen.add(case["case_id"])
                self._tasks.put(lambda tries, case=case: self._check(tries, case))  # type: ignore[misc]

    def _insist(self) -> None:
        while not self._over.wait(INSIST_EVERY_S):
            if self._going.is_set():
                for department in self._departments.values():
                    department.insist(doubts=self._pace.doubts)

    def _report(self, tries: Tries, number: int) -> None:
        grid = list(self._cast.workers)[number % len(self._cast.workers)]
        category = list(CATEGORIES)[number // len(self._cast.workers) % len(CATEGORIES)]
        op = f"r{number:07}"
        body = {
            "grid": grid,
            "category": category,
            "text": f"{_TEXT}{op}",
            "occurred_at": datetime.now(UTC).isoformat(),
            "channel": "app",
            "evidence": [self._cast.photos[grid]],
        }
        token = self._cast.workers[grid]
        try:
            receipt = tries.have(Wish(op, "report", f"worker-{grid}", token, "/api/v1/cases", body))
        except RefusedError:
            with self._lock:
                self.tally.never_begun += 1
            raise
        self.tally.accepted[receipt["case_id"]] = time.monotonic()
        self._departments[CATEGORIES[category]].expect(receipt["case_id"])

    def _offered(self, order: Case) -> None:
        if (accepted_at := self.tally.accepted.get(order["case_id"])) is not None:
            self._delivered(accepted_at)
        department = self._departments[CATEGORIES[order["category"]]]
        self._tasks.put(lambda _tries: department.sign(order))

    def _signed(self, order: Case) -> None:
        self._tasks.put(lambda tries: self._hand_in(tries, order))

    def _hand_in(self, tries: Tries, order: Case) -> None:
        code = CATEGORIES[order["category"]]
        office, order_id = self._cast.offices[code], order["order_id"]
        body = {
            "text": _RESULT,
            "contact": {"at": datetime.now(UTC).isoformat(), "channel": "phone", "note": ""},
            "evidence": [office.photo],
        }
        path = f"/api/v1/department/orders/{order_id}/results"
        wish = Wish(
            f"hand_in-{order_id}{self._round}", "hand_in", f"department-{code}", office.token, path, body
        )
        receipt = tries.have(wish._replace(case_id=order["case_id"]))
        self._departments[code].complete(order, receipt)

    def _check(self, tries: Tries, case: Case) -> None:
        grid = case["grid"]
        who = (f"worker-{grid}", self._cast.workers[grid])
        body = {"evidence": [self._cast.photos_after[grid]]}
        tries.have(_step(case, "check", "checks", who, body))
        self._tasks.put(lambda again: self._visit(again, case))

    def _visit(self, tries: Tries, case: Case) -> None:
        community = case["community"]
        who = (f"clerk-{community}", self._cast.clerks[community])
        tries.have(_step(case, "visit", "visits/satisfied", who, _SATISFIED))
        self._tasks.put(lambda again: self._archive(again, case))

    def _archive(self, tries: Tries, case: Case) -> None:
        tries.have(_step(case, "archive", "archive", ("archivist", self._cast.archivist), {}))
        self.tally.archived[case["case_id"]] = time.monotonic()


def _step(case: Case, action: str, path: str, who: tuple[str, str], body: Case) -> Wish:
    """Return the wish to take one step of a case; `who` is a name and a token."""
    case_id = case["case_id"]
    whole = f"/api/v1/cases/{case_id}/{path}"
    return Wish(f"{action}-{case_id}", action, *who, whole, body, case_id)
