"""Everybody who takes part over HTTP: signed in when first needed, each picture uploaded once."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing

from ops.demo.pictures import content_of, file_name
from ops.http_client import Client
from services.registry.demo import PASSWORD

API = "/api/v1"


class Kept:
    """What is made once for each name, however many threads ask for it at once."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make
        self._made: dict[str, str] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def of(self, name: str) -> str:
        """Return it, made now where it was not yet."""
        if name in self._made:
            return self._made[name]
        with self._guard:
            lock = self._locks[name]
        with lock:
            if name not in self._made:
                self._made[name] = self._make(name)
            return self._made[name]


class People:
    """The accounts of a demo cell by their logins; departments by their codes, with tokens of their own."""

    def __init__(self, host: str, port: int, *, departments: Mapping[str, str], patience_s: float) -> None:
        self._address = (host, port)
        self._patience_s = patience_s
        self._departments = departments
        self._tokens = Kept(self._sign_in)
        self._pictures = Kept(self._upload)
        self._threads = threading.local()
        self._opened: list[Client] = []

    def close(self) -> None:
        """Give up every connection, once nobody acts any more."""
        for each in self._opened:
            each.close()

    @property
    def client(self) -> Client:
        """This thread's own connection."""
        if not hasattr(self._threads, "client"):
            self._threads.client = self.new_client()
            self._opened.append(self._threads.client)
        client: Client = self._threads.client
        return client

    def new_client(self) -> Client:
        """Return a connection; whoever asks for it closes it."""
        return Client(*self._address, patience_s=self._patience_s)

    def token(self, who: str) -> str:
        """Return somebody's token, by login or department's code."""
        return self._departments.get(who) or self._tokens.of(who)

    def picture(self, who: str, name: str) -> str:
        """Return the id of somebody's upload of a picture."""
        return self._pictures.of(f"{who} {name}")

    def _sign_in(self, login: str) -> str:
        with closing(self.new_client()) as client:
            return str(client.post(f"{API}/sessions", {"login": login, "password": PASSWORD})["token"])

    def _upload(self, whose: str) -> str:
        who, _, name = whose.partition(" ")
        kept = self.client.upload(
            f"{API}/media",
            file_name(name),
            content_of(name),
            token=self.token(who),
            key=whose.replace(" ", ":"),
        )
        return str(kept["media_id"])
