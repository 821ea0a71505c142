"""The headers and bodies of tus 1.0.0, the protocol of resumable uploads (tus.io, version of 2016-03-25)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from flask import Response, after_this_request, request
from werkzeug.exceptions import ClientDisconnected

from chassis.refusal import MalformedRequest
from gateway.refusals import ChecksumDiffers, UnsupportedMediaType, UnsupportedTusVersion
from gateway.settings import MIB

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
PIECES = "application/offset+octet-stream"
RESUMABLE, OFFSET, LENGTH = "Tus-Resumable", "Upload-Offset", "Upload-Length"
METADATA, CHECKSUM, EXPIRES = "Upload-Metadata", "Upload-Checksum", "Upload-Expires"
LONGEST_METADATA = 2048
# The protocol asks for SHA-1; it tells a broken line here, not a forger.
ALGORITHMS: dict[str, Callable[[], Any]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_NUMBER = re.compile(r"[0-9]{1,12}")
_PIECE_BYTES, _READ_BYTES = MIB, 64 * 1024


class Checksum(NamedTuple):
    """What the client says that a piece sums up to."""

    algorithm: str
    digest: bytes


def speak() -> None:
    """Answer in the protocol, a refusal too. Raises: UnsupportedTusVersion."""

    def say(response: Response) -> Response:
        response.headers[RESUMABLE] = VERSION
        return response

    after_this_request(say)
    if request.headers.get(RESUMABLE) != VERSION:
        after_this_request(_say_versions)
        raise UnsupportedTusVersion(header=RESUMABLE)


def _say_versions(response: Response) -> Response:
    response.headers["Tus-Version"] = VERSION
    return response


def number(header: str) -> int:
    """Return a header's number. Raises: MalformedRequest where there is none."""
    sent = request.headers.get(header, "")
    if not _NUMBER.fullmatch(sent):
        raise MalformedRequest(f"{header} is a number of bytes", header=header)
    return int(sent)


def metadata() -> tuple[str, dict[str, str]]:
    """Return the metadata as sent, and what it says. Raises: MalformedRequest."""
    sent = request.headers.get(METADATA, "")
    if len(sent) > LONGEST_METADATA:
        raise MalformedRequest(f"{METADATA} has at most {LONGEST_METADATA} characters", header=METADATA)
    said: dict[str, str] = {}
    for pair in filter(None, sent.split(",")):
        key, _, value = pair.strip().partition(" ")
        if not key.isascii() or not key or key in said:
            raise MalformedRequest(f"{METADATA} has one value for each key", header=METADATA)
        said[key] = _decoded(value, METADATA).decode(errors="replace")
    return sent, said


def checksum() -> Checksum | None:
    """Return what the piece should sum up to, None where nobody says. Raises: MalformedRequest."""
    sent = request.headers.get(CHECKSUM)
    if sent is None:
        return None
    algorithm, _, digest = sent.partition(" ")
    if algorithm not in ALGORITHMS:
        raise MalformedRequest(f"{CHECKSUM} is one of {', '.join(ALGORITHMS)}", header=CHECKSUM)
    return Checksum(algorithm, _decoded(digest, CHECKSUM))


def require_pieces() -> None:
    """Raises: UnsupportedMediaType where the body is not called what the protocol calls it."""
    if request.mimetype != PIECES:
        raise UnsupportedMediaType(f"send {PIECES}")


@contextmanager
def pieces(workshop: Callable[[], AbstractContextManager[Path]]) -> Iterator[Iterator[bytes]]:
    """Give the body a megabyte at a time; with a checksum, only once the whole body has proved right.

    Where the connection breaks, what has come by then is given first.
    Raises: ChecksumDiffers, MalformedRequest.
    """
    expected = checksum()
    if expected is None:
        yield _arriving()
        return
    with workshop() as folder, (folder / "whole").open("w+b") as whole:
        _prove(expected, whole)
        yield iter(lambda: whole.read(_PIECE_BYTES), b"")


def _arriving() -> Iterator[bytes]:
    arrived = bytearray()
    broken: ClientDisconnected | None = None
    try:
        while read := request.stream.read(_READ_BYTES):
            arrived += read
            if len(arrived) >= _PIECE_BYTES:
                yield bytes(arrived)
                arrived.clear()
    except ClientDisconnected as error:
        broken = error
    if arrived:
        yield bytes(arrived)
    if broken is not None:
        raise broken


def _prove(expected: Checksum, whole: IO[bytes]) -> None:
    """Put the body into a file. Raises: ChecksumDiffers."""
    digest = ALGORITHMS[expected.algorithm]()
    while read := request.stream.read(_READ_BYTES):
        digest.update(read)
        whole.write(read)
    if not hmac.compare_digest(digest.digest(), expected.digest):
        raise ChecksumDiffers
    whole.seek(0)


def _decoded(value: str, header: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedRequest(f"{header} has Base64", header=header) from error
