import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts import topology
from ops.broker import ForeignBroker
from ops.cell import Cell
from ops.errors import Unready

CODES = ("CGJ", "GAF")


class Management(HTTPServer):
    """What a broker's management plugin answers, and what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[str, Any]] = []
        self.authorization = ""
        self.status = 204
        self.topics: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Management

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, json.loads(body)))
        self.server.authorization = self.headers["Authorization"]
        self._answer(self.server.status, b"")

    def do_GET(self) -> None:
        self._answer(200, json.dumps(self.server.topics).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def management() -> Iterator[Management]:
    server = Management()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def broker(management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ForeignBroker:
    monkeypatch.setenv("RABBITMQ_API", management.url)
    return ForeignBroker(Cell(tmp_path / "cell"), CODES, "amqp://admin:p%40ss@broker.test:5673/")


def test_a_foreign_broker_is_given_the_cells_definitions(
    management: Management, broker: ForeignBroker
) -> None:
    broker.wait(lambda: None)
    ((path, content),) = management.told
    assert path == "/api/definitions"
    assert {user["name"] for user in content["users"]} >= {"intake", "department.CGJ"}
    assert management.authorization == "Basic YWRtaW46cEBzcw=="


def test_its_users_connect_to_the_cells_own_virtual_host(broker: ForeignBroker) -> None:
    url = urlsplit(broker.url("intake"))
    assert (url.username, url.hostname, url.port, url.path) == ("intake", "broker.test", 5673, "/qiaotou")


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_broker_that_does_not_take_them_is_told_what_to_do(
    management: Management, broker: ForeignBroker, status: int
) -> None:
    management.status = status
    with pytest.raises(Unready, match="rabbitmq_management"):
        broker.wait(lambda: None)


def test_a_department_without_topic_permissions_stops_the_start(
    management: Management, broker: ForeignBroker
) -> None:
    rights = [
        {"user": user.name, "exchange": exchange, "write": pattern}
        for user in map(topology.department_user_rights, CODES)
        for exchange, pattern in user.topics
    ]
    management.topics = rights
    broker.check_departments()
    management.topics = [row for row in rights if row["user"] != "department.GAF"]
    with pytest.raises(Unready, match=r"department\.GAF"):
        broker.check_departments()
