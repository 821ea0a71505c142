"""A TCP proxy between a process and its server, for everything that a link can do."""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ops.ports import pick

_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes on, in a thread of its own.

    `black_hole` holds everything back while connections stand, and takes new ones that lead nowhere;
    `stick_when` and `stick_after` do so to one connection alone, for good. `delay` lets every packet
    wait; `reset` breaks what stands; `refuse` takes no connection any more. `restore` ends all of these.
    """

    def __init__(self, target_url: str) -> None:
        self._target = urlsplit(target_url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._delay_s = 0.0
        self._needle = b""
        self._budget: int | None = None
        self.connections = 0
        self._thread.start()
        self._open = self._call(self._make_event())
        self.port = pick()
        self._server = self._call(self._listen(self.port))

    @property
    def url(self) -> str:
        """The target's URL by way of this proxy."""
        user = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{user}@127.0.0.1:{self.port}"))

    def black_hole(self) -> None:
        self._do(self._open.clear)

    def stick_when(self, needle: bytes) -> None:
        """Hold back everything of the next connection whose client says this, from then on."""
        self._needle = needle

    def stick_after(self, count: int) -> None:
        """Let the server say so many bytes more; the connection that says the next one is stuck."""
        self._budget = count

    def delay(self, seconds: float) -> None:
        self._delay_s = seconds

    def reset(self) -> None:
        self._call(self._break_all())

    def refuse(self) -> None:
        self._call(self._close_server())
        self.reset()

    def restore(self) -> None:
        self._delay_s, self._needle, self._budget = 0.0, b"", None
        self._do(self._open.set)
        if not self._server.is_serving():
            self._server = self._call(self._listen(self.port))

    def close(self) -> None:
        self._call(self._close_server())
        self._call(self._break_all())
        self._do(self._open.set)
        self._call(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def _do(self, action: Callable[[], None]) -> None:
        async def act() -> None:
            action()

        self._call(act())

    async def _make_event(self) -> asyncio.Event:
        event = asyncio.Event()
        event.set()
        return event

    async def _listen(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def _close_server(self) -> None:
        self._server.close()

    async def _break_all(self) -> None:
        for writer in list(self._writers):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def _settle(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
            self._writers |= {writer, far_writer}
            stuck = asyncio.Event()
            try:
                await _first(self._up(reader, far_writer, stuck), self._down(far_reader, writer, stuck))
            finally:
                self._writers -= {writer, far_writer}
                far_writer.close()
        writer.close()

    async def _up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stuck: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if self._needle and self._needle in data:
                self._needle = b""
                stuck.set()
            await self._pass_on(data, writer, stuck)

    async def _down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stuck: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if self._budget is not None and len(data) > self._budget:
                await self._pass_on(data[: self._budget], writer, stuck)
                self._budget = None
                stuck.set()
            if self._budget is not None:
                self._budget -= len(data)
            await self._pass_on(data, writer, stuck)

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter, stuck: asyncio.Event) -> None:
        await self._open.wait()
        if stuck.is_set():
            await asyncio.Event().wait()
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        writer.write(data)
        await writer.drain()


async def _first(*pumps: Awaitable[None]) -> None:
    """Wait for the first of them to end, and end the others."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
