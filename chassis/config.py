"""What a process is told by its environment."""

import os
from collections.abc import Mapping
from typing import Self

import msgspec

from chassis.working_calendar import Hours

MODES = ("demo", "production", "test")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process. Secrets come in the two URLs and the keys, and are never printed.

    `process` of `processes` decides the partitions; `mode` production refuses demo logins and
    a moved clock. `working_hours` are those of every working day, in Asia/Shanghai. `due_poll_s` is
    how long a process waits before it looks again for what the cell clock has made due: less than
    the usual 5 s only where days pass within seconds. `sealing_keys` and `index_key` are registry's,
    as `chassis.sealing` reads them; `codes_file` takes the codes that residents sign in by, in demo
    and test cells alone.
    """

    database_url: str = ""
    amqp_uri: str = ""
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    process: int = 0
    processes: int = 1
    mode: str = "production"
    district: str = "140303"
    log_level: str = "INFO"
    signing_key: str = ""
    sealing_keys: str = ""
    index_key: str = ""
    codes_file: str = ""
    working_hours: str = "08:30-12:00,14:00-18:00"
    due_poll_s: float = 5.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read `QIAOTOU_*`. Raises: ValueError where one makes no sense."""
        env = os.environ if environ is None else environ
        given = {
            field: env[name] for field in cls.__struct_fields__ if (name := f"QIAOTOU_{field.upper()}") in env
        }
        try:
            settings = msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(f"QIAOTOU_*: {error}") from error
        if settings.mode not in MODES:
            raise ValueError(f"QIAOTOU_MODE must be one of {', '.join(MODES)}")
        if not 0 <= settings.process < settings.processes:
            raise ValueError("QIAOTOU_PROCESS must be below QIAOTOU_PROCESSES")
        if not settings.due_poll_s > 0:
            raise ValueError("QIAOTOU_DUE_POLL_S must be more than nothing")
        try:
            Hours.parse(settings.working_hours)
        except ValueError as error:
            raise ValueError(f"QIAOTOU_WORKING_HOURS: {error}") from error
        return settings
