"""Headers that every answer carries: nothing is sniffed, framed, cached or run."""

from flask import Response

# The API answers data alone; pages, when there are some, bring a policy of their own.
CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = (
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
_TLS_ONLY = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def protect(response: Response, *, over_tls: bool) -> None:
    """Add what is missing; a route that said otherwise had a reason."""
    headers = response.headers
    for name, value in _HEADERS:
        if name not in headers:
            headers[name] = value
    if over_tls:
        headers[_TLS_ONLY[0]] = _TLS_ONLY[1]
