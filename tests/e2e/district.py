"""The people of a running district, as tests speak for them: over HTTP and AMQP alone."""

import io
import json
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from PIL import Image

PASSWORD = "qiaotou-demo-2012"
GRID = "c01-g01"
WORKER, CLERK = f"worker-{GRID}", "clerk-c01"


def a_photo(colour: str = "orange") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(stream, "JPEG")
    return stream.getvalue()


class Document:
    """The cell's own OpenAPI document: whatever is refused, it has said that it might be."""

    def __init__(self, base: str) -> None:
        paths = requests.get(f"{base}/api/v1/openapi.json", timeout=60).json()["paths"]
        # A path of fixed words before one with a place to fill.
        self._paths = [(_pattern(path), paths[path]) for path in sorted(paths, key=lambda path: "{" in path)]

    def check(self, response: requests.Response) -> None:
        """A refusal by a code that the route does not name is one that no client was prepared for."""
        if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
            return
        path = urlsplit(response.url).path
        operations = next((found for pattern, found in self._paths if pattern.fullmatch(path)), None)
        operation = (operations or {}).get(str(response.request.method).lower())
        if operation is not None:
            named = re.findall(r"#/components/examples/(\w+)", json.dumps(operation["responses"]))
            assert response.json()["code"] in named, f"{path}: {response.text}"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]+\}", "[^/]+", re.escape(path)))


class Person:
    """Somebody who is signed in, and is refused by codes of the document alone."""

    def __init__(self, base: str, token: str, document: Document) -> None:
        self._document = document
        self._base = f"{base}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self.token = token

    def get(self, path: str, **params: Any) -> requests.Response:
        return self._checked(self._session.get(f"{self._base}{path}", params=params, timeout=60))

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> requests.Response:
        sent = {"Idempotency-Key": key or uuid.uuid4().hex, **headers}
        return self._checked(self._session.post(f"{self._base}{path}", json=body, headers=sent, timeout=60))

    def upload(self, content: bytes, name: str = "photo.jpg", *, key: str = "") -> requests.Response:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        files = {"file": (name, content)}
        return self._checked(
            self._session.post(f"{self._base}/media", files=files, headers=headers, timeout=60)
        )

    def hand_in(self, path: str, content: bytes, **form: str) -> requests.Response:
        """Hand a file in as a form with further parts."""
        sent = {"Idempotency-Key": uuid.uuid4().hex}
        files = {"file": ("rows.csv", content)}
        url = f"{self._base}{path}"
        return self._checked(self._session.post(url, data=form, files=files, headers=sent, timeout=60))

    def photo(self) -> str:
        answer = self.upload(a_photo())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["media_id"])

    def case_when(self, case_id: str, state: str, *, within_s: float = 90.0) -> dict[str, Any]:
        return eventually(
            lambda: self.get(f"/cases/{case_id}").json(), lambda case: case["state"] == state, within_s
        )

    def _checked(self, response: requests.Response) -> requests.Response:
        self._document.check(response)
        return response


def eventually(look: Callable[[], Any], enough: Callable[[Any], bool], within_s: float = 90.0) -> Any:
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
