"""The links of a cell: one proxy for each process and each of its servers, ordered about by name.

They stand in a process of their own, `python -m fault.links`, whose one loop moves the bytes of all:
the threads of whoever conducts a run would slow it. It takes one JSON object a line, first the
servers' ports by link and the ports that it may not take, then orders, and answers each with one line.
"""

import json
import select
import subprocess
import sys
from collections.abc import Callable
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from fault.loop import Loop
from fault.proxy import Proxy
from ops.cell import OBSERVED, REPOSITORY, Cell
from ops.errors import Unready
from ops.ports import LOOPBACK
from ops.program import inherited

SERVERS = {"broker": "amqp", "postgres": "postgres"}
_ANSWER_S = 20.0


class Order(msgspec.Struct, frozen=True):
    """What is done to one link; `seconds` for a delay alone."""

    link: str
    do: str
    seconds: float = 0.0


class Link:
    """One link, as `fault.proxy.Proxy` describes what can be done to it."""

    def __init__(self, name: str, order: Callable[[Order], None]) -> None:
        self.name = name
        self._order = order

    def black_hole(self) -> None:
        """Hold everything back."""
        self._order(Order(self.name, "black_hole"))

    def reset(self) -> None:
        """Break what stands."""
        self._order(Order(self.name, "reset"))

    def half_close(self) -> None:
        """Let the process think that its server has said goodbye, and the server nothing."""
        self._order(Order(self.name, "half_close"))

    def delay(self, seconds: float) -> None:
        """Let every byte wait so long, in each direction."""
        self._order(Order(self.name, "delay", seconds))

    def restore(self) -> None:
        """Pass bytes on again."""
        self._order(Order(self.name, "restore"))


class Links:
    """All links of one cell. They come into being when the first address is asked for."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._process: subprocess.Popen[str] | None = None
        self._ports: dict[str, int] = {}

    def of(self, process: str, server: str) -> Link:
        """Return the link between a process and its `broker` or its `postgres`."""
        name = _name(process, server)
        if name not in self._ports:
            raise Unready(f"There is no link {name}.")
        return Link(name, self._tell)

    def through(self, process: str, url: str) -> str:
        """Return the URL of a server by way of the process's link to it."""
        if self._process is None:
            self._start()
        parts = urlsplit(url)
        server = "broker" if parts.scheme.startswith("amqp") else "postgres"
        user = parts.netloc.rpartition("@")[0]
        port = self._ports[_name(process, server)]
        return urlunsplit(parts._replace(netloc=f"{user}@{LOOPBACK}:{port}"))

    @property
    def pid(self) -> int:
        """The pid of the process that they stand in, 0 where there is none yet."""
        return self._process.pid if self._process else 0

    def close(self) -> None:
        """Break all of them and be gone."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_ANSWER_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "fault.links"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env=inherited(),
        )
        targets = {
            _name(process, server): self._cell.ports[port]
            for process in OBSERVED
            for server, port in SERVERS.items()
        }
        # Whoever is to listen on a port of the cell need not do so yet.
        self._ports = self._ask({"targets": targets, "taken": list(self._cell.ports.values())})

    def _tell(self, order: Order) -> None:
        answer = self._ask(msgspec.to_builtins(order))
        if answer != {}:
            raise Unready(f"{order.link} did not {order.do}: {answer}")

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise Unready("The links are not there yet.")
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], _ANSWER_S)[0]:
            raise Unready(f"The links did not answer within {_ANSWER_S:.0f} s.")
        answer: dict[str, Any] = json.loads(process.stdout.readline() or '{"trouble": "they have ended"}')
        return answer


def _name(process: str, server: str) -> str:
    return f"{process}-{server}"


def serve(asked: IO[str], answers: IO[str]) -> None:
    """Stand in the way of every server until nobody asks any more."""
    loop = Loop()
    told: dict[str, Any] = json.loads(asked.readline())
    proxies = {
        name: Proxy(f"tcp://{LOOPBACK}:{port}", loop, taken=told["taken"])
        for name, port in told["targets"].items()
    }
    _say(answers, {name: proxy.port for name, proxy in proxies.items()})
    for line in asked:
        order = msgspec.json.decode(line, type=Order)
        _say(answers, _obey(proxies[order.link], order))
    for proxy in proxies.values():
        proxy.close()
    loop.close()


def _obey(proxy: Proxy, order: Order) -> dict[str, str]:
    try:
        if order.do == "delay":
            proxy.delay(order.seconds)
        else:
            {
                "black_hole": proxy.black_hole,
                "reset": proxy.reset,
                "half_close": proxy.half_close,
                "restore": proxy.restore,
            }[order.do]()
    except (OSError, KeyError) as error:
        return {"trouble": repr(error)}
    return {}


def _say(answers: IO[str], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
