"""A stock nameko service, with nothing of ours: what it does wrong is why the chassis exists.

Run as `python -m tests.support.stock`; `STOCK_AMQP` is the broker, `STOCK_DIARY` notes what was
begun and ended, `STOCK_RESET` makes the acknowledgement meet a connection that was reset.
"""

import warnings

warnings.filterwarnings("ignore")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import os  # noqa: E402
import signal  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import amqp  # noqa: E402
from nameko.events import event_handler  # noqa: E402, TID251 - the very thing that is shown
from nameko.rpc import rpc  # noqa: E402, TID251
from nameko.runners import ServiceRunner  # noqa: E402

DIARY = Path(os.environ["STOCK_DIARY"])


def note(*words: object) -> None:
    with DIARY.open("a") as diary:
        diary.write(" ".join(map(str, words)) + "\n")


class Stock:
    """Handlers of every kind."""

    name = "stock"

    @event_handler("emitter", "first")
    def on_first(self, _payload: Any) -> None:
        note("first")

    @event_handler("emitter", "second")
    def on_second(self, _payload: Any) -> None:
        note("second")

    @event_handler("emitter", "failing")
    def on_failing(self, _payload: Any) -> None:
        note("failing")
        raise RuntimeError("as told")

    @event_handler("emitter", "again", requeue_on_error=True)
    def on_again(self, _payload: Any) -> None:
        note("again")
        raise RuntimeError("as told")

    @event_handler("emitter", "slow")
    def on_slow(self, payload: Any) -> None:
        note("begun")
        eventlet.sleep(payload.get("seconds", 1.5))
        note("ended")

    @rpc
    def echo(self, words: str) -> str:
        return words

    @rpc
    def nap(self, seconds: float) -> float:
        eventlet.sleep(seconds)
        return seconds


def _reset(*_: object, **__: object) -> None:
    raise ConnectionResetError(104, "Connection reset by peer")


def main() -> None:
    if "STOCK_RESET" in os.environ:
        amqp.Channel.basic_ack = _reset
    runner = ServiceRunner({"AMQP_URI": os.environ["STOCK_AMQP"], "max_workers": 2})
    runner.add_service(Stock)
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    note("started")
    runner.wait()


if __name__ == "__main__":
    main()
