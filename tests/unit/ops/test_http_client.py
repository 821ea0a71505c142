"""The client of the load tells a refusal from an answer that never came whole."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from ops import http_client
from ops.http_client import Client, RefusedError
from tests.support.answers import Answers

WHOLE = b'HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n{"ok": true}'
BROKEN_OFF = WHOLE[:-1]
NO_BODY = WHOLE[: -len('{"ok": true}')]
NO_HTTP = b"SSH-2.0-no\r\n"
REFUSED = b'HTTP/1.1 409 Conflict\r\nContent-Length: 16\r\n\r\n{"code": "late"}'


Asking = Callable[..., tuple[Client, Answers]]


@pytest.fixture
def asking() -> Iterator[Asking]:
    with ExitStack() as ended:

        def ask(*answers: bytes, patience_s: float = 0.0) -> tuple[Client, Answers]:
            server = ended.enter_context(closing(Answers(*answers)))
            return ended.enter_context(
                closing(Client("127.0.0.1", server.port, patience_s=patience_s))
            ), server

        yield ask


@pytest.mark.parametrize("answer", [BROKEN_OFF, NO_BODY, NO_HTTP, b""])
def test_an_answer_that_never_came_whole_is_a_lost_connection(asking: Asking, answer: bytes) -> None:
    client, _ = asking(answer)
    with pytest.raises(ConnectionError):
        client.post("/api/v1/cases", {})


def test_a_patient_client_asks_again_under_the_same_key(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "_PAUSE_S", 0.01)
    client, server = asking(BROKEN_OFF, NO_HTTP, WHOLE, patience_s=20)
    assert client.post("/api/v1/cases", {}, key="once") == {"ok": True}
    assert client.status == 201
    assert [b"Idempotency-Key: once" in asked for asked in server.asked] == [True] * 3


def test_a_refusal_is_an_answer(asking: Asking) -> None:
    client, _ = asking(REFUSED)
    with pytest.raises(RefusedError, match="409 late") as refused:
        client.post("/api/v1/cases", {})
    assert (refused.value.status, refused.value.code) == (409, "late")
