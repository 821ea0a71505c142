"""The district's HTTP API, as far as a department needs it."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import requests

from qiaotou_department.errors import ApiProblem, ApiUnavailable
from qiaotou_department.receipts import Receipt
from qiaotou_department.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT_S = (4.0, 15.0)  # to connect, to answer
PAUSES_S = (0.5, 1.0, 2.0, 4.0)
AGAIN = frozenset({429, 502, 503, 504})  # the same request with the same key may be repeated
LONGEST_PAUSE_S = 10.0


class Api:
    """A session with the API; repeats what may be repeated."""

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = f"{settings.api}/api/v1"
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        if settings.token:
            self._session.headers["Authorization"] = f"Bearer {settings.token}"

    def order(self, order_id: UUID) -> dict[str, Any]:
        """Return one of our orders as the cell tells it. Raises: ApiProblem, ApiUnavailable."""
        return self._json("GET", f"/department/orders/{order_id}")

    def orders(self, *, state: str | None = None) -> Iterator[dict[str, Any]]:
        """Return our orders, newest first, page by page. Raises: ApiProblem, ApiUnavailable."""
        query: dict[str, str] = {} if state is None else {"state": state}
        while True:
            page = self._json("GET", "/department/orders", params=query)
            yield from page["items"]
            if page.get("next_cursor") is None:
                return
            query = {**query, "cursor": page["next_cursor"]}

    def upload(self, *, name: str, content: bytes, kind: str, key: UUID) -> UUID:
        """Upload a photo or a paper and return its id. Raises: ApiProblem, ApiUnavailable."""
        stored = self._json(
            "POST", "/media", files={"file": (name, content)}, data={"kind": kind}, headers=_keyed(key)
        )
        return UUID(stored["media_id"])

    def media(self, order_id: UUID, media_id: UUID) -> bytes:
        """Return a file of an order's case. Raises: ApiProblem, ApiUnavailable."""
        return self._request("GET", f"/department/orders/{order_id}/media/{media_id}").content

    def hand_in(self, order_id: UUID, result: Mapping[str, object], *, key: UUID) -> Receipt:
        """Hand in a result; no state changes by it. Raises: ApiProblem, ApiUnavailable."""
        stored = self._json(
            "POST", f"/department/orders/{order_id}/results", json=result, headers=_keyed(key)
        )
        return Receipt(id=UUID(stored["result_id"]), sha256=stored["sha256"])

    def hand_in_statement(self, order_id: UUID, statement: Mapping[str, object], *, key: UUID) -> Receipt:
        """Hand in a reason in words; no state changes by it. Raises: ApiProblem, ApiUnavailable."""
        stored = self._json(
            "POST", f"/department/orders/{order_id}/statements", json=statement, headers=_keyed(key)
        )
        return Receipt(id=UUID(stored["statement_id"]), sha256=stored["sha256"])

    def make_sandbox_order(self, category: str) -> dict[str, Any]:
        """演练工单: have a test order made; the sandbox department alone may. Each call makes another.

        Returns its `order_id`, `case_id`, `number`, `state` and `version`.
        Raises: ApiProblem, ApiUnavailable.
        """
        asked = {"category": category}
        return self._json("POST", "/department/sandbox/orders", json=asked, headers=_keyed(uuid4()))

    def _json(self, method: str, path: str, **parts: Any) -> dict[str, Any]:
        answer = self._request(method, path, **parts)
        try:
            return dict(answer.json())
        except (ValueError, TypeError) as error:
            raise ApiUnavailable(f"{method} {path}: the answer is no JSON object") from error

    def _request(self, method: str, path: str, **parts: Any) -> requests.Response:
        reason = ""
        for pause_s in (*PAUSES_S, None):
            try:
                answer = self._session.request(method, f"{self._base}{path}", timeout=TIMEOUT_S, **parts)
            except requests.RequestException as error:
                reason, wait_s = type(error).__name__, pause_s
            else:
                if answer.status_code not in AGAIN:
                    return _checked(answer)
                reason, wait_s = f"status {answer.status_code}", _longer(pause_s, answer)
            if wait_s is not None:
                log.info("%s %s: %s, once more in %.1f s", method, path, reason, wait_s)
                self._sleep(wait_s)
        raise ApiUnavailable(f"{method} {path}: {reason}")


def _keyed(key: UUID) -> dict[str, str]:
    return {"Idempotency-Key": str(key)}


def _longer(pause_s: float | None, answer: requests.Response) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    if pause_s is None or not asked.isdecimal():
        return pause_s
    return min(max(pause_s, float(asked)), LONGEST_PAUSE_S)


def _checked(answer: requests.Response) -> requests.Response:
    if answer.ok:
        return answer
    try:
        problem = dict(answer.json())
    except (ValueError, TypeError):
        problem = {}
    code = str(problem.get("type", "")).removeprefix("urn:qiaotou:problem:")
    raise ApiProblem(
        answer.status_code, code or "unknown", str(problem.get("detail") or problem.get("title", ""))
    )
