"""What the gateway is told by its environment."""

from chassis.config import Settings

MIB = 1024 * 1024


class GatewaySettings(Settings, frozen=True, kw_only=True):
    """The settings of the gateway's processes, beside those of every process.

    `http_bind` is `address:port`; `media_dir` holds uploads, originals included, and is backed up
    with the database; `file_key` signs the links to them, and every gateway of a cell has the same;
    `trusted_proxies` is how many proxies in front set `X-Forwarded-For`.
    """

    http_bind: str = "127.0.0.1:8080"
    media_dir: str = "var/media"
    file_key: str = ""
    session_hours: int = 12
    login_rate: str = "300 per minute"
    trusted_proxies: int = 0
    workers: int = 2
    threads: int = 16

    @property
    def secure_cookies(self) -> bool:
        """Return whether cookies travel over TLS alone: everywhere but on a developer's machine."""
        return self.mode == "production"
