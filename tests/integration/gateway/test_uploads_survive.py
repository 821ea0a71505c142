"""Resumable uploads over a real gateway: what was acknowledged is there, whatever dies or breaks."""

import hashlib
import json
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from gateway import tokens
from gateway.repository import SqlSessions
from ops.databases import Databases
from ops.rabbitmq import RabbitNode
from tests.integration.gateway.running import Gateway
from tests.support.films import a_film_that_knows_where
from tests.unit.gateway.pictures import PDF

MIB = 1024 * 1024
NAME = "test_uploads_survive"
# Random bytes: a piece that stands at another place is seen.
PAPER = PDF + random.Random(12).randbytes(9 * MIB)
SPEAKING = {"Tus-Resumable": "1.0.0"}


class Uploader:
    """A department's software that uploads over real connections."""

    def __init__(self, gateway: Gateway, token: str) -> None:
        self.gateway = gateway
        self.headers = {"Authorization": f"Bearer {token}", **SPEAKING}

    def begin(self, length: int, key: str) -> str:
        asked = self.headers | {"Upload-Length": str(length), "Idempotency-Key": key}
        status, headers, body = self.gateway.ask("POST", "/api/v1/uploads", b"", asked)
        assert status == 201, body
        return headers["Location"]

    def head(self, path: str) -> dict[str, str]:
        status, headers, _ = self.gateway.ask("HEAD", path, None, self.headers)
        assert status == 200
        return headers

    def stands_at(self, path: str) -> int:
        return int(self.head(path)["Upload-Offset"])

    def send(self, path: str, at: int, piece: bytes) -> tuple[int, dict[str, str], bytes]:
        return self.gateway.ask("PATCH", path, piece, self._sending(at, len(piece)))

    def open(self, path: str, at: int, length: int) -> socket.socket:
        """A connection on which a piece has been announced and nothing of it sent."""
        lines = [f"PATCH {path} HTTP/1.1", "Host: gateway"]
        lines += [f"{name}: {value}" for name, value in self._sending(at, length).items()]
        connection = socket.create_connection(("127.0.0.1", self.gateway.port), timeout=60)
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection

    def shown(self, media_id: str) -> bytes:
        status, _, body = self.gateway.ask("GET", f"/api/v1/media/{media_id}", None, self.headers)
        assert status == 200
        return body

    def _sending(self, at: int, length: int) -> dict[str, str]:
        return self.headers | {
            "Upload-Offset": str(at),
            "Content-Length": str(length),
            "Content-Type": "application/offset+octet-stream",
        }


@pytest.fixture(scope="module")
def start(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases, rabbitmq_node: RabbitNode
) -> Iterator[Callable[[], Gateway]]:
    """Call it for a gateway; a later one stands on the same folder and database."""
    databases.migrate("gateway")
    url = databases.copy(databases.name("gateway"), NAME, owner="gateway")
    folder = tmp_path_factory.mktemp("gateways")
    made: list[Gateway] = []

    def started() -> Gateway:
        made.append(Gateway(folder, database_url=url, amqp_uri=rabbitmq_node.url("gateway")))
        made[-1].wait()
        return made[-1]

    yield started
    for each in made:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
    databases.drop(NAME)


@pytest.fixture(scope="module")
def gateway(start: Callable[[], Gateway]) -> Gateway:
    return start()


@pytest.fixture(scope="module")
def rows(start: Callable[[], Gateway], databases: Databases) -> Iterator[Database]:
    assert start
    database = Database(f"{databases.url('gateway').rpartition('/')[0]}/{NAME}", pool_size=1)
    yield database
    database.close()


@pytest.fixture(scope="module")
def token(rows: Database) -> str:
    return tokens.issue(SqlSessions(rows), "CGJ")


@pytest.fixture
def client(gateway: Gateway, token: str) -> Uploader:
    return Uploader(gateway, token)


@pytest.fixture
def path(client: Uploader) -> str:
    return client.begin(len(PAPER), uuid4().hex)


def offset_in(rows: Database, path: str) -> int:
    wanted = sa.text("SELECT offset_bytes FROM transfers WHERE transfer_id = :id")
    with rows.reading() as connection:
        return int(connection.execute(wanted, {"id": path.rpartition("/")[2]}).scalar_one())


def eventually(look: Callable[[], int], enough: int) -> int:
    until = time.monotonic() + 15
    while (seen := look()) < enough and time.monotonic() < until:
        time.sleep(0.05)
    assert seen >= enough
    return seen


def kill_workers(gateway: Gateway) -> None:
    victims = gateway.workers()
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    until = time.monotonic() + 15
    while set(gateway.workers()) & set(victims) and time.monotonic() < until:
        time.sleep(0.05)
    gateway.wait()


def test_a_kill_in_the_middle_of_a_piece_costs_nothing_that_was_acknowledged(
    gateway: Gateway, client: Uploader, path: str
) -> None:
    sent = 3 * MIB + 500_000
    with client.open(path, 0, len(PAPER)) as connection:
        connection.sendall(PAPER[:sent])
        acknowledged = eventually(lambda: client.stands_at(path), 3 * MIB)
        kill_workers(gateway)
    assert 3 * MIB <= acknowledged <= client.stands_at(path) <= sent
    at = client.stands_at(path)
    status, headers, body = client.send(path, at, PAPER[at:])
    assert status == 204, body
    assert client.shown(headers["Media-Id"]) == PAPER


def test_a_gateway_that_starts_anew_goes_on_where_the_one_before_has_stopped(
    start: Callable[[], Gateway], token: str
) -> None:
    first = start()
    client = Uploader(first, token)
    path = client.begin(len(PAPER), uuid4().hex)
    with client.open(path, 0, len(PAPER)) as connection:
        connection.sendall(PAPER[: 5 * MIB])
        acknowledged = eventually(lambda: client.stands_at(path), 4 * MIB)
        orphans = first.workers()
        for pid in (first.process.pid, *orphans):
            os.kill(pid, signal.SIGKILL)
        first.process.wait()
    client.gateway = start()
    at = client.stands_at(path)
    assert at >= acknowledged
    media_id = client.send(path, at, PAPER[at:])[1]["Media-Id"]
    assert client.shown(media_id) == PAPER


def test_ten_kills_at_any_moment_lose_and_double_nothing(
    gateway: Gateway, client: Uploader, path: str
) -> None:
    chance, at, kills = random.Random(7), 0, 0
    while at < len(PAPER):
        with client.open(path, at, len(PAPER) - at) as connection:
            part = PAPER[at : at + chance.randrange(200_000, 2 * MIB)]
            connection.sendall(part)
            if kills < 10 and at + len(part) < len(PAPER):
                time.sleep(chance.uniform(0, 0.15))
                kill_workers(gateway)
                kills += 1
            else:
                connection.sendall(PAPER[at + len(part) :])
                connection.recv(65536)
        stands = client.stands_at(path)
        assert stands >= at
        at = stands
    assert kills >= 5
    assert client.shown(client.head(path)["Media-Id"]) == PAPER


def test_a_worker_killed_while_it_takes_a_video_in_leaves_it_to_another(
    gateway: Gateway, client: Uploader, rows: Database, tmp_path: Path
) -> None:
    film = a_film_that_knows_where(tmp_path).read_bytes()
    path = client.begin(len(film), uuid4().hex)
    with client.open(path, 0, len(film)) as connection:
        connection.sendall(film)
        # Not by HEAD, which would take the file in itself.
        eventually(lambda: offset_in(rows, path), len(film))
        kill_workers(gateway)
    headers = client.head(path)
    shown = client.shown(headers["Media-Id"])
    assert b"+37.87" not in shown
    assert b"ftyp" in shown[:12]
    status, answered, part = gateway.ask(
        "GET", f"/api/v1/media/{headers['Media-Id']}", None, client.headers | {"Range": "bytes=4-7"}
    )
    assert (status, part, answered["Content-Type"]) == (206, b"ftyp", "video/mp4")


def test_what_came_before_a_connection_broke_is_kept_to_the_byte(client: Uploader, path: str) -> None:
    with client.open(path, 0, len(PAPER)) as connection:
        connection.sendall(PAPER[:1_500_000])
    eventually(lambda: client.stands_at(path), 1_500_000)
    assert client.send(path, 1_500_000, PAPER[1_500_000:])[0] == 204
    assert client.shown(client.head(path)["Media-Id"]) == PAPER


def test_two_that_send_at_once_do_not_mix(client: Uploader, path: str) -> None:
    """A phone sends again while its first connection hangs: each byte is one's or the other's."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.send(path, 0, PAPER), range(4)))
    statuses = sorted(status for status, *_ in answers)
    assert statuses[1:] == [409] * 3 or statuses == [409] * 4, answers
    while (at := client.stands_at(path)) < len(PAPER):
        assert client.send(path, at, PAPER[at:])[0] == 204
    assert client.shown(client.head(path)["Media-Id"]) == PAPER


@pytest.mark.parametrize("more", [{}, {"Connection": "close"}], ids=["keeps", "closes"])
def test_a_client_that_sends_far_too_much_hears_why(client: Uploader, more: dict[str, str]) -> None:
    client.headers |= more
    path = client.begin(1000, uuid4().hex)
    status, _, body = client.send(path, 0, PAPER)
    assert (status, json.loads(body)["code"]) == (413, "payload_too_large")
    status, _, body = client.send(path, 7, PAPER)
    assert (status, json.loads(body)["code"]) == (409, "offset_differs")


def test_no_log_line_of_it_has_a_token_an_id_or_a_trace(start: Callable[[], Gateway], token: str) -> None:
    gateway = start()
    client = Uploader(gateway, token)
    path = client.begin(len(PAPER), uuid4().hex)
    threads = [threading.Thread(target=client.send, args=(path, at, PAPER)) for at in (0, 5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert gateway.stop() == 0
    said = gateway.log.read_text()
    assert "/api/v1/uploads/<uuid:upload_id>" in said
    for word in (token, path.rpartition("/")[2], "Traceback", "Warning"):
        assert word not in said


def test_the_hash_is_that_of_what_is_shown(client: Uploader, path: str) -> None:
    client.send(path, 0, PAPER)
    state = json.loads(client.gateway.ask("GET", path, None, client.headers)[2])
    assert state["media"]["sha256"] == hashlib.sha256(PAPER).hexdigest()
