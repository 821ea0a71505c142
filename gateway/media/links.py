"""Links to files: signed, good for ten minutes, and naming nobody.

A link opens one variant of one file to whoever has it, without a session: players and pictures in a
page cannot send one. Only who may see a case is given links to its evidence.
"""

import base64
import binascii
import hmac
import secrets
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.refusal import NotFound
from gateway.media.serving import Variant
from gateway.refusals import LinkExpired

GOOD_FOR = timedelta(minutes=10)
LEAST_KEY_CHARACTERS = 32
# What this key signs here; a signature made for anything else is none of a link.
_PURPOSE = b"qiaotou.file.v1"
# Media id, variant, expiry in seconds since 1970.
_SAID = struct.Struct(">16sBQ")
_SIGNATURE_BYTES = 32
_VARIANTS = (Variant.SHOWN, Variant.POSTER)


class Links:
    """Makes and reads links under the cell's key."""

    def __init__(self, key: str) -> None:
        if len(key) < LEAST_KEY_CHARACTERS:
            raise ValueError(f"QIAOTOU_FILE_KEY has at least {LEAST_KEY_CHARACTERS} characters")
        self._key = key.encode()

    def token(self, media_id: UUID, variant: Variant, *, expires_at: datetime) -> str:
        """Return the token that opens a variant until a time, of which whole seconds count."""
        said = _SAID.pack(media_id.bytes, _VARIANTS.index(variant), int(expires_at.timestamp()))
        return base64.urlsafe_b64encode(said + self._signature(said)).decode()

    def read(self, token: str, *, now: datetime) -> tuple[UUID, Variant, datetime]:
        """Return what a token opens, and until when. Raises: NotFound, LinkExpired."""
        try:
            signed = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise NotFound from error
        said, signature = signed[:-_SIGNATURE_BYTES], signed[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(said)):
            raise NotFound
        name, variant, until_s = _SAID.unpack(said)
        expires_at = datetime.fromtimestamp(until_s, UTC)
        if now >= expires_at:
            raise LinkExpired
        return UUID(bytes=name), _VARIANTS[variant], expires_at

    def _signature(self, said: bytes) -> bytes:
        return hmac.digest(self._key, _PURPOSE + said, "sha256")


def a_key() -> str:
    """Return a key for one run, where nobody has given one."""
    return secrets.token_urlsafe(LEAST_KEY_CHARACTERS)
