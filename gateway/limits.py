"""How often one address may try to sign in. Counted in memory, by each worker process for itself.

A brake, generous to an office behind one address; registry counts the failures of each account.
"""

import logging
from hashlib import sha256

from flask import Flask, current_app, request
from flask_limiter import Limiter

_RATE = "QIAOTOU_LOGIN_RATE"


def _address() -> str:
    # Hashed, because the library writes its keys to the log.
    return sha256((request.remote_addr or "nowhere").encode()).hexdigest()


def _rate() -> str:
    return str(current_app.config[_RATE])


class _OnSigningIn(Limiter):
    """A limiter that looks at decorated routes alone; the library's own looks at every request."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:  # noqa: FBT001, FBT002 - the library's form
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _OnSigningIn(key_func=_address, storage_uri="memory://")
guarded = limiter.limit(_rate)


def register(app: Flask, *, login_rate: str) -> None:
    """Count for this application."""
    app.config[_RATE] = login_rate
    limiter.init_app(app)
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)
