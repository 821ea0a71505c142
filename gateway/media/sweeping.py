"""What nobody has finished in time is removed by and by, by a thread in every worker process."""

import threading

import structlog

from gateway.media.transfer import Transfers

log = structlog.get_logger()

EVERY_S = 600.0


class Sweeper:
    """Sweeps at once and then every ten minutes. Two at the same time do each other no harm."""

    def __init__(self, transfers: Transfers, *, every_s: float = EVERY_S) -> None:
        self._transfers = transfers
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sweep, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the sweep under way is done."""
        self._ended.set()
        self._thread.join()

    def _sweep(self) -> None:
        while True:
            try:
                swept = self._transfers.sweep()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again in a while
                log.warning("uploads.not_swept", error=type(error).__name__)
            else:
                if swept:
                    log.info("uploads.swept", files=swept)
            if self._ended.wait(self._every_s):
                return
