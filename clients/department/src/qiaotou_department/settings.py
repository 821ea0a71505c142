"""Who we are and where the cell is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from qiaotou_department.errors import BadSettings


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The department's code, its broker user's URI, the API's address and the token for it.

    `prefetch` orders at most are on their way to us before the first is done. `answer_timeout_s`
    is how long a step waits for the cell's word.
    """

    department: str
    amqp_uri: str = field(repr=False)
    api: str
    token: str = field(repr=False, default="")
    prefetch: int = 10
    answer_timeout_s: float = 30.0
    publish_timeout_s: float = 10.0
    heartbeat_s: int = 15

    @property
    def queue(self) -> str:
        """The one queue we may read."""
        return f"department.{self.department}"

    @property
    def user(self) -> str:
        """The broker user that every message of ours names; the broker checks it."""
        return unquote(urlsplit(self.amqp_uri).username or "")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read `QIAOTOU_DEPARTMENT`, `_AMQP_URI`, `_API` and `_TOKEN`. Raises: BadSettings."""
        env = os.environ if environ is None else environ
        missing = [
            name for name in ("QIAOTOU_DEPARTMENT", "QIAOTOU_AMQP_URI", "QIAOTOU_API") if not env.get(name)
        ]
        if missing:
            raise BadSettings(f"please set {', '.join(missing)}")
        return cls(
            department=env["QIAOTOU_DEPARTMENT"],
            amqp_uri=env["QIAOTOU_AMQP_URI"],
            api=env["QIAOTOU_API"].rstrip("/"),
            token=env.get("QIAOTOU_TOKEN", ""),
        )
