"""Reads the final state of a cell over its public HTTP API, as a dispatcher sees it.

Lists where they tell enough; the text and the life of each case one by one, over several connections.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from fault.final_state import TAIL_LENGTH, FinalCase, FinalLeaf, FinalOrder, FinalState, Line

CONNECTIONS = 16
PATIENCE_S = 120.0
_TIMEOUT_S, _PAUSE_S = 30.0, 0.5
_PAGE, _LEAVES = 100, 1000
_ASK_AGAIN = frozenset({429, 502, 503, 504})
# A case that moves while it is read is read again, so many times.
_READINGS = 5

Seen = Callable[[int, int], None]
T = TypeVar("T")


class _Listed(msgspec.Struct, frozen=True):
    case_id: str


class _Cases(msgspec.Struct, frozen=True):
    items: tuple[_Listed, ...]
    next_cursor: str | None


class _Case(msgspec.Struct, frozen=True):
    case_id: str
    number: str
    state: str
    version: int
    text: str
    seal: str | None = None


class _Timeline(msgspec.Struct, frozen=True):
    entries: tuple[Line, ...]


class _Orders(msgspec.Struct, frozen=True):
    items: tuple[FinalOrder, ...]
    next_cursor: str | None


class _Leaves(msgspec.Struct, frozen=True):
    items: tuple[FinalLeaf, ...]
    next_index: int | None


class UnreadableError(RuntimeError):
    """The final state cannot be read, so nothing can be judged."""


class Api:
    """The public API, asked by several threads, each over a connection of its own.

    What is answered 429, 502, 503 or 504, or not at all, is asked again until `patience_s` has passed.
    """

    def __init__(self, base: str, token: str, *, patience_s: float) -> None:
        address = urlsplit(base)
        self._host, self._port = address.hostname or "", address.port
        self._headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        self._patience_s = patience_s
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def get(self, path: str, kind: type[T], **query: str | int) -> T | None:
        """Return what stands at a path, None where nothing does. Raises: UnreadableError."""
        whole = f"/api/v1{path}?{urlencode(query)}" if query else f"/api/v1{path}"
        until = time.monotonic() + self._patience_s
        while True:
            try:
                status, content = self._once(whole)
            except (http.client.HTTPException, OSError) as error:
                status, content = 0, type(error).__name__.encode()
            if status == http.HTTPStatus.OK:
                return msgspec.json.decode(content, type=kind)
            if status == http.HTTPStatus.NOT_FOUND:
                return None
            if (status and status not in _ASK_AGAIN) or time.monotonic() > until:
                raise UnreadableError(f"{path}: {status} {content[:200]!r}")
            time.sleep(_PAUSE_S)

    def close(self) -> None:
        """Give up every connection; nobody may be asking."""
        for connection in self._all:
            connection.close()

    def _once(self, path: str) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
            self._own.connection = connection
            self._all.append(connection)
        try:
            connection.request("GET", path, headers=self._headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (http.client.HTTPException, OSError):
            connection.close()
            raise


def read(
    base: str,
    token: str,
    *,
    named: Iterable[str] = (),
    connections: int = CONNECTIONS,
    patience_s: float = PATIENCE_S,
    seen: Seen = lambda _done, _total: None,
) -> FinalState:
    """Read every case, order and seal, and the cases `named` by an answer even if no list has them.

    `seen(done, total)` is called for progress. Raises: UnreadableError.
    """
    with closing(Api(base, token, patience_s=patience_s)) as api:
        listed = dict.fromkeys(_listed(api))
        wanted = [*listed, *dict.fromkeys(each for each in named if each not in listed)]
        cases: list[FinalCase] = []
        with ThreadPoolExecutor(connections, thread_name_prefix="reading") as pool:
            found = pool.map(lambda case_id: _case(api, case_id, listed=case_id in listed), wanted)
            for done, case in enumerate(found, start=1):
                seen(done, len(wanted))
                if case is not None:
                    cases.append(case)
        return FinalState(tuple(cases), tuple(_orders(api)), tuple(_leaves(api)))


def _listed(api: Api) -> Iterator[str]:
    cursor: str | None = ""
    while cursor is not None:
        onwards = {"cursor": cursor} if cursor else {}
        page = _there(api.get("/cases", _Cases, order="oldest", limit=_PAGE, **onwards))
        yield from (each.case_id for each in page.items)
        cursor = page.next_cursor


def _case(api: Api, case_id: str, *, listed: bool, readings: int = _READINGS) -> FinalCase | None:
    case = api.get(f"/cases/{case_id}", _Case)
    timeline = api.get(f"/cases/{case_id}/timeline", _Timeline)
    if case is None or timeline is None:
        return None
    if case.version != len(timeline.entries) and readings > 1:
        return _case(api, case_id, listed=listed, readings=readings - 1)
    return FinalCase(
        case_id=case.case_id,
        number=case.number,
        state=case.state,
        version=case.version,
        tail=case.text[-TAIL_LENGTH:],
        seal=case.seal,
        life=timeline.entries,
        listed=listed,
    )


def _orders(api: Api) -> Iterator[FinalOrder]:
    cursor: str | None = ""
    while cursor is not None:
        onwards = {"cursor": cursor} if cursor else {}
        page = _there(api.get("/orders", _Orders, order="oldest", limit=_PAGE, **onwards))
        yield from (each for each in page.items if not each.sandbox)
        cursor = page.next_cursor


def _leaves(api: Api) -> Iterator[FinalLeaf]:
    since: int | None = 0
    while since is not None:
        page = _there(api.get("/archive/log/leaves", _Leaves, since=since, limit=_LEAVES))
        yield from page.items
        since = page.next_index


def _there(page: T | None) -> T:
    if page is None:
        raise UnreadableError("a list is not there")
    return page
