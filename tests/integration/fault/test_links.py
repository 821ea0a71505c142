"""A link does what it is told, and is itself again afterwards."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from fault.links import SERVERS, Link, Links
from ops.cell import OBSERVED, Cell
from ops.errors import Unready
from ops.ports import LOOPBACK

QUIET_S, PATIENT_S = 0.3, 10.0
USER = "somebody:secret@"


def echo(connection: socket.socket) -> None:
    with suppress(OSError), connection:
        while data := connection.recv(65536):
            connection.sendall(data)


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Links]:
    """Links to two servers that say what they hear."""
    cell = Cell(tmp_path_factory.mktemp("linked"))
    listeners = [socket.create_server((LOOPBACK, cell.ports[port])) for port in SERVERS.values()]

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=echo, args=(connection,), daemon=True).start()

    for listener in listeners:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
    with closing(Links(cell)) as links:
        yield links
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def client(links: Links) -> Iterator[socket.socket]:
    with a_client(links, "intake") as client:
        yield client


@pytest.fixture
def link(links: Links, client: socket.socket) -> Iterator[Link]:
    """The link that the client has gone through."""
    link = links.of("intake", "broker")
    yield link
    link.restore()


def a_client(links: Links, process: str) -> socket.socket:
    url = links.through(process, f"amqp://{USER}{LOOPBACK}:1/cell")
    port = int(url.rpartition(":")[2].partition("/")[0])
    client = socket.create_connection((LOOPBACK, port), timeout=PATIENT_S)
    assert ask(client, b"hello") == b"hello"
    return client


def ask(client: socket.socket, said: bytes) -> bytes:
    client.sendall(said)
    return client.recv(65536)


def is_silent(client: socket.socket) -> bool:
    client.settimeout(QUIET_S)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(PATIENT_S)
    return False


def test_every_process_reaches_every_server_by_a_port_of_its_own(links: Links) -> None:
    urls = [
        links.through(process, f"{scheme}://{USER}{LOOPBACK}:1/cell")
        for process in OBSERVED
        for scheme in ("amqp", "postgresql")
    ]
    assert len(set(urls)) == len(OBSERVED) * len(SERVERS)
    assert all(f"://{USER}{LOOPBACK}:" in url and url.endswith("/cell") for url in urls)


def test_a_link_that_nobody_has_is_refused(links: Links) -> None:
    with pytest.raises(Unready):
        links.of("intake", "moon")


def test_a_black_hole_holds_back_what_is_said_and_gives_it_back(
    links: Links, link: Link, client: socket.socket
) -> None:
    link.black_hole()
    client.sendall(b"held")
    assert is_silent(client)
    # Somebody else's link is none of its business.
    a_client(links, "dispatch").close()
    link.restore()
    assert client.recv(65536) == b"held"


def test_a_reset_breaks_what_stands_and_nothing_new(links: Links, link: Link, client: socket.socket) -> None:
    link.reset()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    a_client(links, "intake").close()


def test_a_half_closed_link_says_goodbye_to_the_client_alone(link: Link, client: socket.socket) -> None:
    link.half_close()
    assert client.recv(1) == b""
    client.sendall(b"it may still speak")


def test_a_delay_holds_for_both_directions(link: Link, client: socket.socket) -> None:
    link.delay(0.2)
    began = time.monotonic()
    assert ask(client, b"late") == b"late"
    assert time.monotonic() - began >= 0.4
    link.restore()
    began = time.monotonic()
    assert ask(client, b"in time") == b"in time"
    assert time.monotonic() - began < 0.4


def test_more_than_a_proxy_holds_arrives_whole_at_a_slow_reader(link: Link, client: socket.socket) -> None:
    said, heard = os.urandom(8_000_000), bytearray()
    speaker = threading.Thread(target=client.sendall, args=(said,), daemon=True)
    speaker.start()
    time.sleep(QUIET_S)
    while len(heard) < len(said):
        heard += client.recv(2**20)
    speaker.join(PATIENT_S)
    assert bytes(heard) == said


def test_links_end_with_whoever_asked_for_them(tmp_path: Path) -> None:
    links = Links(Cell(tmp_path / "brief"))
    links.through("intake", f"amqp://{LOOPBACK}:1/cell")
    pid = links.pid
    assert Path(f"/proc/{pid}").exists()
    links.close()
    assert links.pid == 0
    assert not Path(f"/proc/{pid}").exists()
