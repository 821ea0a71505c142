"""What the public sees of a cell that is struck: reports under keys, answers, and what became of them."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self
from uuid import uuid4

import psycopg

from bench.cast import a_photo
from fault.ground import Ground
from fault.proxy import Proxy, proxied
from ops.cell import SERVICES
from ops.http_client import Client
from ops.ports import LOOPBACK
from tests.integration.gateway.running import Gateway
from tests.support.toy.process import eventually

PASSWORD = "qiaotou-demo-2012"
CREATED = 201
_PATIENCE_S = 60


class Answer(NamedTuple):
    """What came back; `status` 0 where the connection broke instead."""

    status: int
    headers: dict[str, str]
    said: dict[str, Any]
    took_s: float


class Beside(NamedTuple):
    """Another gateway of the cell, and its link to the broker."""

    gateway: Gateway
    link: Proxy


class Front:
    """A grid worker before the gateways of a running cell."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._occurred_at = datetime.now(UTC).isoformat()
        with closing(self._client()) as client:
            signed_in = client.post("/api/v1/sessions", {"login": "worker-c01-g01", "password": PASSWORD})
            self._token = str(signed_in["token"])
            photo = client.upload("/api/v1/media", "lamp.jpg", a_photo(), token=self._token)
            self._photo = photo["media_id"]

    def report(self, key: str, *, to: Gateway | None = None) -> Answer:
        """Report a lamp under this key, once."""
        said = {
            "grid": "c01-g01",
            "category": "0202",
            "text": f"路灯不亮 {key}",
            "occurred_at": self._occurred_at,
            "channel": "app",
            "evidence": [self._photo],
        }
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask("POST", "/api/v1/cases", said, headers, to)

    def healthz(self) -> Answer:
        """Ask whether all is well."""
        return self._ask("GET", "/api/v1/healthz", None, {}, None)

    def at_once(self, number: int, *, to: Gateway | None = None) -> dict[str, Answer]:
        """Report so many lamps at the same moment; return the answer to each key."""
        keys = some_keys(number)
        with ThreadPoolExecutor(number) as pool:
            return dict(zip(keys, pool.map(lambda key: self.report(key, to=to), keys), strict=True))

    def accepted(self, key: str, *, to: Gateway | None = None, within_s: float = _PATIENCE_S) -> str:
        """Ask again under the same key until it is accepted; return the case's id."""
        until = time.monotonic() + within_s
        while (answer := self.report(key, to=to)).status != CREATED:
            assert answer.status in (0, 503, 504), answer
            assert time.monotonic() < until, answer
            time.sleep(0.25)
        return str(answer.said["case_id"])

    def settle(self, answers: dict[str, Answer]) -> None:
        """Retry each under its key: there is one report for each, and no 201 was false."""
        for key, answer in answers.items():
            case_id = self.accepted(key)
            assert self.cases(key) == [case_id]
            assert answer.status != CREATED or answer.said["case_id"] == case_id

    def cases(self, key: str) -> list[str]:
        """Return the ids of the cases that were reported under this key."""
        query = "SELECT case_id::text FROM cases WHERE text = %s"
        return [row[0] for row in self.rows("intake", query, f"路灯不亮 {key}")]

    def is_drained(self) -> bool:
        """Say whether nothing waits to be sent, and everybody has heard what was sent."""
        told = self._count("intake", "outbox WHERE destination = 'events' AND type LIKE 'intake.case.%%'")
        heard = self._count("notify", "inbox WHERE source = 'intake' AND type LIKE 'intake.case.%%'")
        unsent = sum(self._count(service, "outbox WHERE sent_at IS NULL") for service in SERVICES)
        waiting = sum(self._count(service, "inbox_waiting") for service in SERVICES)
        return (told - heard, unsent, waiting) == (0, 0, 0)

    def parked(self) -> int:
        """Return how many messages are parked."""
        return sum(self._count(service, "inbox_parked") for service in SERVICES)

    def rows(self, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask a service's database."""
        with psycopg.connect(self.ground.servers.databases.url(service)) as connection:
            return connection.execute(query.encode(), values).fetchall()

    @contextmanager
    def beside(self, folder: Path) -> Iterator[Beside]:
        """Start another gateway of the same cell, on a link to the broker that a test may break."""
        servers = self.ground.servers
        with proxied(servers.broker.url("gateway")) as link:
            gateway = Gateway(folder, database_url=servers.databases.url("gateway"), amqp_uri=link.url)
            try:
                gateway.wait(seconds=60)
                assert self.report(uuid4().hex, to=gateway).status == CREATED
                yield Beside(gateway, link)
            finally:
                gateway.kill()

    def _client(self) -> Client:
        return Client(LOOPBACK, self.ground.cell.ports["gateway"], patience_s=_PATIENCE_S)

    def _ask(self, method: str, path: str, said: Any, headers: dict[str, str], to: Gateway | None) -> Answer:
        port = self.ground.cell.ports["gateway"] if to is None else to.port
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_S)
        began = time.monotonic()
        try:
            body = None if said is None else json.dumps(said).encode()
            connection.request(method, path, body, {"Authorization": f"Bearer {self._token}", **headers})
            answer = connection.getresponse()
            content = json.loads(answer.read())
            return Answer(answer.status, dict(answer.headers), content, time.monotonic() - began)
        except (OSError, http.client.HTTPException):
            return Answer(0, {}, {}, time.monotonic() - began)
        finally:
            connection.close()

    def _count(self, service: str, table: str) -> int:
        return int(self.rows(service, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - our own tables


class Reporting:
    """Several people who report one lamp after the other, each under a key of its own."""

    def __init__(self, front: Front, *, to: Gateway | None = None, people: int = 8) -> None:
        self._front = front
        self._to = to
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._report, daemon=True) for _ in range(people)]
        self.answers: dict[str, Answer] = {}

    def accepted(self) -> int:
        """Return how many were accepted so far."""
        return sum(answer.status == CREATED for answer in list(self.answers.values()))

    def wait_for_more(self, number: int) -> None:
        """Wait until so many more were accepted."""
        wanted = self.accepted() + number
        eventually(lambda: self.accepted() >= wanted)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(_PATIENCE_S)

    def _report(self) -> None:
        while not self._over.is_set():
            [key] = some_keys(1)
            answer = self.answers[key] = self._front.report(key, to=self._to)
            self._over.wait(0.05 if answer.status == CREATED else 0.5)


def some_keys(number: int) -> list[str]:
    """Return idempotency keys that nobody has used."""
    return [uuid4().hex for _ in range(number)]
