"""Uploads that arrive in pieces: what was acknowledged is on the disk, whichever process dies when.

The offset stands in the database and moves after the bytes before it are on the disk. Any worker
process goes on where another has stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from chassis.refusal import KeyReused, NotFound, Refusal
from contracts.vocabulary import MediaKind
from gateway import metrics
from gateway.media.inspection import HEAD_BYTES, LARGEST_BYTES, MAX_BYTES
from gateway.media.storage import Storage, weighed
from gateway.media.upload import Upload, Uploads
from gateway.refusals import (
    MediaTypeRefused,
    OffsetDiffers,
    PayloadTooLarge,
    ResolutionTooHigh,
    TooManyUploads,
    VideoTooLong,
)
from gateway.settings import MIB

KEPT_FOR = timedelta(hours=24)
MOST_OPEN = 40
# A file has been left alone for longer than any transfer is kept when it is this old.
_STALE = KEPT_FOR + timedelta(hours=2)
# What is refused for one of these is refused for good; everything else may be tried again.
_FOR_GOOD: dict[str, type[Refusal]] = {
    each.code: each for each in (MediaTypeRefused, PayloadTooLarge, VideoTooLong, ResolutionTooHigh)
}


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way: of `length_bytes`, `offset_bytes` are here for good. `refused` is a public code."""

    transfer_id: UUID
    owner: str
    media_id: UUID
    length_bytes: int
    offset_bytes: int
    metadata: str
    path: str
    expires_at: datetime
    refused: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every byte has arrived."""
        return self.offset_bytes == self.length_bytes


class TransferRepository(Protocol):
    """Where transfers are written down. One past its end is not there."""

    def add(self, transfer: Transfer) -> Transfer:
        """Keep a transfer; return what is kept under its id, which may be an earlier one."""

    def find(self, transfer_id: UUID) -> Transfer | None:
        """Return a transfer."""

    def extend(self, transfer_id: UUID, *, at: int, length: int, write: Callable[[], None]) -> bool:
        """Write and move the offset, in one transaction and while nobody else does.

        Return whether it stood at `at`; else nothing is written. Raises: NotFound.
        """

    def refuse(self, transfer_id: UUID, code: str) -> None:
        """Note why the whole is refused."""

    def drop(self, transfer_id: UUID) -> None:
        """Forget a transfer."""

    def count_open(self, owner: str) -> int:
        """Return how many of somebody's transfers have not all their bytes yet."""

    def drop_expired(self) -> Sequence[str]:
        """Forget what is past its end; return the paths."""


class Transfers:
    """Takes files in piece by piece."""

    def __init__(self, repository: TransferRepository, storage: Storage, uploads: Uploads) -> None:
        self._repository = repository
        self._storage = storage
        self._uploads = uploads

    def open(
        self, transfer_id: UUID, *, media_id: UUID, owner: str, length_bytes: int, metadata: str, kind: str
    ) -> Transfer:
        """Begin a transfer; a repeat returns the first one. `kind` is a hint that refuses early.

        Raises: PayloadTooLarge, TooManyUploads, KeyReused.
        """
        limit = MAX_BYTES[MediaKind(kind)] if kind in list(MediaKind) else LARGEST_BYTES
        if length_bytes > limit:
            raise PayloadTooLarge(f"at most {limit // MIB} MB", limit_bytes=limit)
        found = self._repository.find(transfer_id)
        if found is None:
            found = self._begun(
                Transfer(
                    transfer_id=transfer_id,
                    owner=owner,
                    media_id=media_id,
                    length_bytes=length_bytes,
                    offset_bytes=0,
                    metadata=metadata,
                    path="",
                    expires_at=datetime.now(UTC) + KEPT_FOR,
                )
            )
        if (found.length_bytes, found.metadata) != (length_bytes, metadata):
            raise KeyReused
        return _not_refused(found)

    def find(self, transfer_id: UUID, *, owner: str) -> Transfer:
        """Return somebody's own transfer. Raises: NotFound, and what it was refused for before."""
        return _not_refused(self._own(transfer_id, owner))

    def append(self, transfer: Transfer, pieces: Iterable[bytes], *, at: int) -> Transfer:
        """Add pieces, each for good before the next is asked for.

        Raises: OffsetDiffers, PayloadTooLarge beyond the length that was told, NotFound, and what
        the beginning is refused for.
        """
        if at != transfer.offset_bytes:
            raise OffsetDiffers(offset=transfer.offset_bytes)
        for piece in pieces:
            transfer = self._extended(transfer, piece)
        return transfer

    def finish(self, transfer: Transfer) -> Upload | None:
        """Return the upload that a transfer has become, None while it is on its way.

        Whoever comes first after the last byte takes it in: the process that received that may be gone.
        Raises: what `Uploads.take` raises.
        """
        if not transfer.is_whole:
            return None
        found = self._uploads.find([transfer.media_id]).get(transfer.media_id)
        if found is None:
            found = self._taken_in(transfer)
            metrics.UPLOADS.labels(found.kind).inc()
        self._storage.remove(transfer.path)
        return found

    def drop(self, transfer_id: UUID, *, owner: str) -> None:
        """Give a transfer up; what it has become stays. Raises: NotFound."""
        found = self._own(transfer_id, owner)
        self._repository.drop(transfer_id)
        self._storage.remove(found.path)

    def sweep(self) -> int:
        """Remove what nobody has finished in time; return how many files."""
        paths = self._repository.drop_expired()
        for path in paths:
            self._storage.remove(path)
        return len(paths) + self._storage.sweep(older_than=_STALE)

    def _own(self, transfer_id: UUID, owner: str) -> Transfer:
        found = self._repository.find(transfer_id)
        if found is None or found.owner != owner:
            raise NotFound
        return found

    def _begun(self, wanted: Transfer) -> Transfer:
        if self._repository.count_open(wanted.owner) >= MOST_OPEN:
            raise TooManyUploads("finish or delete some uploads first", limit=MOST_OPEN)
        path = self._storage.begin()
        found = self._repository.add(msgspec.structs.replace(wanted, path=path))
        if found.path != path:
            self._storage.remove(path)
        return found

    def _extended(self, transfer: Transfer, piece: bytes) -> Transfer:
        at, until = transfer.offset_bytes, transfer.offset_bytes + len(piece)
        if until > transfer.length_bytes:
            raise PayloadTooLarge("longer than was told", limit_bytes=transfer.length_bytes)

        def write() -> None:
            self._storage.write(transfer.path, piece, at=at)

        if not self._repository.extend(transfer.transfer_id, at=at, length=len(piece), write=write):
            raise OffsetDiffers("somebody else goes on with it")
        if at < HEAD_BYTES <= until:
            with self._refusing_for_good(transfer):
                self._uploads.foresee(self._storage.locate(transfer.path), size_bytes=transfer.length_bytes)
        return msgspec.structs.replace(transfer, offset_bytes=until)

    def _taken_in(self, transfer: Transfer) -> Upload:
        try:
            with self._refusing_for_good(transfer):
                arrival = weighed(self._storage.locate(transfer.path))
                return self._uploads.take(arrival, media_id=transfer.media_id, owner=transfer.owner)
        except FileNotFoundError:
            # Another process has taken it in since we looked.
            found = self._uploads.find([transfer.media_id]).get(transfer.media_id)
            if found is None:
                raise NotFound from None
            return found

    @contextmanager
    def _refusing_for_good(self, transfer: Transfer) -> Iterator[None]:
        """Give a transfer up where its file is refused; whoever asks again is told the same."""
        try:
            yield
        except tuple(_FOR_GOOD.values()) as refusal:
            self._repository.refuse(transfer.transfer_id, refusal.code)
            self._storage.remove(transfer.path)
            raise


def _not_refused(transfer: Transfer) -> Transfer:
    if transfer.refused is not None:
        raise _FOR_GOOD[transfer.refused]
    return transfer
