"""Uploads: taken in once a key, then never changed."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec

from chassis.refusal import KeyReused
from contracts.vocabulary import Evidence, MediaKind
from gateway.media.inspection import Inspector
from gateway.media.shown import Darkroom, Shown
from gateway.media.storage import Arrival, Storage, weighed
from gateway.media.taken import Taken
from gateway.refusals import MediaTypeRefused, UnknownMedia

ORIGINALS, SHOWN, POSTERS = "original", "shown", "poster"
_REMEMBERED = 4096


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One uploaded file. `sha256` (hex) is that of what is shown; paths are the storage's.

    Sizes are in pixels; a video has a duration and a poster.
    """

    media_id: UUID
    owner: str
    kind: str
    mime: str
    size_bytes: int
    width: int | None
    height: int | None
    duration_ms: int | None = None
    sha256: str
    original_sha256: str
    original_path: str
    shown_path: str
    poster_path: str | None = None
    created_at: datetime

    def paths(self) -> frozenset[str]:
        """Return every file of it."""
        named = (self.original_path, self.shown_path, self.poster_path)
        return frozenset(path for path in named if path is not None)

    def evidence(self) -> Evidence:
        """Return the reference that commands carry."""
        return Evidence(media_id=self.media_id, sha256=self.sha256, kind=MediaKind(self.kind))


class UploadRepository(Protocol):
    """Where uploads are written down."""

    def add(self, upload: Upload, taken: Taken) -> Upload:
        """Keep an upload; return what is kept under its id, which may be an earlier one."""

    def taken(self, media_id: UUID) -> Taken:
        """Return where and when an upload was taken, by its own word."""

    def find(self, media_ids: Sequence[UUID]) -> dict[UUID, Upload]:
        """Return those of the uploads that there are."""


class Uploads:
    """Takes files in and finds them again. A row never changes, so what was found is remembered."""

    def __init__(
        self, repository: UploadRepository, storage: Storage, inspector: Inspector, darkroom: Darkroom
    ) -> None:
        self._repository = repository
        self._storage = storage
        self._inspector = inspector
        self._darkroom = darkroom
        self._remembered: OrderedDict[UUID, Upload] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, arrival: Arrival, *, media_id: UUID, owner: str, declared: str | None = None) -> Upload:
        """Keep a file under an id made from its owner and key; a repeat returns the first one.

        Raises: MediaTypeRefused, PayloadTooLarge, KeyReused; for videos what `Videos.make` raises.
        """
        earlier = self.find([media_id]).get(media_id)
        if earlier is None:
            earlier = self._keep(arrival, media_id=media_id, owner=owner, declared=declared)
        if earlier.original_sha256 != arrival.sha256 or declared not in (None, earlier.kind):
            raise KeyReused
        return earlier

    def foresee(self, beginning: Path, *, size_bytes: int) -> None:
        """Refuse a file by its beginning, where it can be. Raises: MediaTypeRefused, PayloadTooLarge."""
        self._inspector.inspect(beginning, size_bytes=size_bytes)

    def find(self, media_ids: Sequence[UUID]) -> dict[UUID, Upload]:
        """Return those of the uploads that there are."""
        with self._lock:
            found = {each: self._remembered[each] for each in media_ids if each in self._remembered}
        missing = [each for each in media_ids if each not in found]
        if missing:
            read = self._repository.find(missing)
            self._remember(read)
            found.update(read)
        return found

    def evidence(self, media_ids: Sequence[UUID], *, owner: str) -> tuple[Evidence, ...]:
        """Return references to somebody's own uploads, in order. Raises: UnknownMedia."""
        if not media_ids:
            return ()
        found = self.find(media_ids)
        for media_id in media_ids:
            if media_id not in found or found[media_id].owner != owner:
                raise UnknownMedia(media_id=str(media_id))
        return tuple(found[media_id].evidence() for media_id in media_ids)

    def taken(self, upload: Upload) -> Taken:
        """Return where and when it was taken: restricted, and remembered nowhere."""
        return self._repository.taken(upload.media_id)

    def _keep(self, arrival: Arrival, *, media_id: UUID, owner: str, declared: str | None) -> Upload:
        nature = self._inspector.inspect(arrival.path, size_bytes=arrival.size_bytes)
        if declared not in (None, nature.kind):
            raise MediaTypeRefused(f"the file is a {nature.kind}", kind=nature.kind)
        with self._storage.workshop() as folder:
            shown = self._darkroom.develop(arrival.path, nature, folder=folder)
            upload = self._written(arrival, shown, media_id=media_id, owner=owner, kind=nature.kind)
        kept = self._repository.add(upload, shown.taken)
        if kept.original_path != upload.original_path:
            for path in upload.paths():
                self._storage.remove(path)
        return kept

    def _written(
        self, arrival: Arrival, shown: Shown, *, media_id: UUID, owner: str, kind: MediaKind
    ) -> Upload:
        """Put the files on the disk for good: a row never speaks of a file that is not there."""
        original_path = self._storage.keep(arrival.path, room=ORIGINALS)
        is_its_own = shown.file == arrival.path
        seen = arrival if is_its_own else weighed(shown.file)
        return Upload(
            media_id=media_id,
            owner=owner,
            kind=kind,
            mime=shown.mime,
            size_bytes=seen.size_bytes,
            width=shown.width,
            height=shown.height,
            duration_ms=None if shown.duration is None else shown.duration // timedelta(milliseconds=1),
            sha256=seen.sha256,
            original_sha256=arrival.sha256,
            original_path=original_path,
            shown_path=original_path if is_its_own else self._storage.keep(shown.file, room=SHOWN),
            poster_path=None if shown.poster is None else self._storage.keep(shown.poster, room=POSTERS),
            created_at=datetime.now(UTC),
        )

    def _remember(self, read: dict[UUID, Upload]) -> None:
        with self._lock:
            self._remembered.update(read)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
