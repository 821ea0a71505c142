"""Headers that every answer carries: nothing is sniffed, framed, cached or run."""

from collections.abc import Callable, Iterable
from typing import Any

# The API answers data alone; pages, when there are some, bring a policy of their own.
CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cache-Control", "no-store"),
    ("Vary", "Authorization, Cookie, Accept-Language"),
)
_OVER_TLS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Protected:
    """A WSGI application whose every answer, its errors too, carries the headers.

    Where the application itself has set one of them, it had a reason.
    """

    def __init__(self, application: Application, *, over_tls: bool) -> None:
        self._application = application
        self._headers = (*_ALWAYS, _OVER_TLS) if over_tls else _ALWAYS

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said = {name for name, _ in headers}
            headers.extend(header for header in self._headers if header[0] not in said)
            return start_response(status, headers, *error)

        return self._application(environ, start)
