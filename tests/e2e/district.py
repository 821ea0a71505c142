"""The people of a running district, as tests speak for them: over HTTP and AMQP alone."""

import io
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests
from PIL import Image

PASSWORD = "qiaotou-demo-2012"
GRID = "c01-g01"
WORKER, CLERK = f"worker-{GRID}", "clerk-c01"


def a_photo(colour: str = "orange") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(stream, "JPEG")
    return stream.getvalue()


class Person:
    """Somebody who is signed in."""

    def __init__(self, base: str, token: str) -> None:
        self._base = f"{base}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self.token = token

    def get(self, path: str, **params: Any) -> requests.Response:
        return self._session.get(f"{self._base}{path}", params=params, timeout=15)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> requests.Response:
        sent = {"Idempotency-Key": key or uuid.uuid4().hex, **headers}
        return self._session.post(f"{self._base}{path}", json=body, headers=sent, timeout=15)

    def upload(self, content: bytes, name: str = "photo.jpg", *, key: str = "") -> requests.Response:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        files = {"file": (name, content)}
        return self._session.post(f"{self._base}/media", files=files, headers=headers, timeout=30)

    def photo(self) -> str:
        answer = self.upload(a_photo())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["media_id"])

    def case_when(self, case_id: str, state: str, *, within_s: float = 20.0) -> dict[str, Any]:
        return eventually(
            lambda: self.get(f"/cases/{case_id}").json(), lambda case: case["state"] == state, within_s
        )


def eventually(look: Callable[[], Any], enough: Callable[[Any], bool], within_s: float = 20.0) -> Any:
    until = time.monotonic() + within_s
    while True:
        seen = look()
        if enough(seen):
            return seen
        assert time.monotonic() < until, f"still {seen!r} after {within_s} s"
        time.sleep(0.05)


def a_report(**changes: Any) -> dict[str, Any]:
    return {
        "grid": GRID,
        "category": "0202",
        "text": "路灯不亮, 夜间行走不便, 请尽快维修。",
        "occurred_at": datetime.now(UTC).isoformat(),
        "channel": "app",
        **changes,
    }
