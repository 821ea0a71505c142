"""Where codes go in a demo or test cell: lines in a file that its owner alone reads.

A production cell has no such file; who runs one connects the operator's text messages here.
"""

import os
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import msgspec

from chassis.config import Settings
from services.registry.demo import MODES


class Sink:
    """Appends a line for each code: which request it answers, never whose phone it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, request_id: UUID, code: str) -> None:
        """Hand a code over."""
        line = msgspec.json.encode({"request_id": request_id, "code": code}) + b"\n"
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)


@lru_cache(maxsize=1)
def sink() -> Sink | None:
    """Return where this process's codes go, None where there is nowhere."""
    settings = Settings.from_env()
    return Sink(Path(settings.codes_file)) if settings.codes_file and settings.mode in MODES else None
