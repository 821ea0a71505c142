"""A small HTTP client that keeps its connection: the load must not cost more than the system."""

import http.client
import json
import time
import uuid
from typing import Any

_PAUSE_S = 0.25


class RefusedError(RuntimeError):
    """The gateway answered with a problem document."""

    def __init__(self, path: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{path}: {status} {problem.get('code')} {problem.get('fields', '')}")
        self.status = status
        self.code = problem.get("code", "")


class Client:
    """One connection as one person. Not for two threads.

    Whoever asks meets two kinds of error: `RefusedError`, where the gateway answered with a problem, and
    `OSError`, where no whole answer came, so that nobody knows whether the wish was done.
    """

    def __init__(self, host: str, port: int, token: str = "", *, patience_s: float = 0.0) -> None:
        self._patience_s = patience_s
        self._connection = http.client.HTTPConnection(host, port, timeout=30)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        self.token = token
        self.status = 0  # of the last answer

    def post(self, path: str, body: dict[str, Any], *, token: str = "", key: str = "") -> dict[str, Any]:
        """Post JSON under an idempotency key; a new one where none is given."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self._ask("POST", path, json.dumps(body).encode(), token, headers)

    def get(self, path: str, *, token: str = "") -> dict[str, Any]:
        """Get JSON."""
        return self._ask("GET", path, None, token, {})

    def upload(
        self, path: str, name: str, content: bytes, *, token: str = "", key: str = ""
    ) -> dict[str, Any]:
        """Post one file as multipart form data, under an idempotency key as `post`."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": key or uuid.uuid4().hex,
        }
        return self._ask("POST", path, body, token, headers)

    def close(self) -> None:
        """Give up the connection."""
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None, token: str, headers: dict[str, str]
    ) -> dict[str, Any]:
        """Ask, and while patient ask again with the same key: that is what keys are for."""
        bearer = token or self.token
        sent = {**self._headers, **headers} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        until = time.monotonic() + self._patience_s
        while True:
            try:
                return self._once(method, path, body, sent)
            except (RefusedError, OSError) as error:
                self._connection.close()
                final = (
                    isinstance(error, RefusedError) and error.status < http.HTTPStatus.INTERNAL_SERVER_ERROR
                )
                if final or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_S)

    def _once(self, method: str, path: str, body: bytes | None, sent: dict[str, str]) -> dict[str, Any]:
        try:
            self._connection.request(method, path, body, sent)
            response = self._connection.getresponse()
            content = response.read()
        except http.client.HTTPException as error:
            # Such as an answer that breaks off in its middle, which http.client does not call an OSError.
            raise ConnectionResetError(f"{path}: no whole answer: {error!r}") from error
        self.status = response.status
        answer: dict[str, Any] = json.loads(content) if content else {}
        if response.status >= http.HTTPStatus.BAD_REQUEST:
            raise RefusedError(path, response.status, answer)
        return answer
