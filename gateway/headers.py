"""What headers say: the key that makes a request happen once, and the version that was seen."""

import re
from uuid import UUID, uuid4, uuid5

from flask import request

from chassis.refusal import MalformedRequest
from gateway.refusals import MissingKey

IDEMPOTENCY_KEY = "Idempotency-Key"
REQUEST_ID = "X-Request-ID"

# Every command's id is made in this space, from the caller and the key. Never to be changed: a
# repeat across an upgrade would be carried out twice.
_COMMANDS = UUID("6f1b6a52-0c3f-5c1e-9a53-2f5f9f1d7a10")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_VERSION = re.compile(r'"v([1-9][0-9]{0,8})"')
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def command_id(account_id: str) -> UUID:
    """Return the id of what this caller asks under this key. Raises: MissingKey, MalformedRequest."""
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if not key:
        raise MissingKey
    if not _KEY.fullmatch(key):
        raise MalformedRequest(
            "an Idempotency-Key has 1 to 255 visible ASCII characters", header=IDEMPOTENCY_KEY
        )
    return uuid5(_COMMANDS, f"{account_id}:{key}")


def made_by(command: UUID, thing: str) -> UUID:
    """Return the id of a thing that a command makes: the same whenever the command is repeated."""
    return uuid5(command, thing)


def expected_version() -> int | None:
    """Return the version in `If-Match: "v3"`, None where any will do. Raises: MalformedRequest."""
    sent = request.headers.get("If-Match")
    if sent is None or sent.strip() == "*":
        return None
    version = _VERSION.fullmatch(sent.strip())
    if version is None:
        raise MalformedRequest('If-Match is one strong entity tag such as "v3"', header="If-Match")
    return int(version[1])


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"v{version}"'


def request_id() -> str:
    """Return the caller's own name for this request, or a new one."""
    sent = request.headers.get(REQUEST_ID, "")
    return sent if _REQUEST_ID.fullmatch(sent) else str(uuid4())
