"""Uploads: taken in once a key, then never changed."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import msgspec

from chassis.refusal import KeyReused
from contracts.vocabulary import Evidence, MediaKind
from gateway.media.inspection import Inspector
from gateway.media.shown import Shown, variant
from gateway.media.storage import Storage
from gateway.refusals import MediaTypeRefused, UnknownMedia

ORIGINALS, SHOWN = "original", "shown"
_REMEMBERED = 4096


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One uploaded file. `sha256` (hex) is that of what is shown; paths are the storage's."""

    media_id: UUID
    owner: str
    kind: str
    mime: str
    size_bytes: int
    width: int | None
    height: int | None
    sha256: str
    original_sha256: str
    original_path: str
    shown_path: str
    created_at: datetime

    def evidence(self) -> Evidence:
        """Return the reference that commands carry."""
        return Evidence(media_id=self.media_id, sha256=self.sha256, kind=MediaKind(self.kind))


class UploadRepository(Protocol):
    """Where uploads are written down."""

    def add(self, upload: Upload) -> Upload:
        """Keep an upload; return what is kept under its id, which may be an earlier one."""

    def find(self, media_ids: Sequence[UUID]) -> dict[UUID, Upload]:
        """Return those of the uploads that there are."""


class Uploads:
    """Takes files in and finds them again. A row never changes, so what was found is remembered."""

    def __init__(self, repository: UploadRepository, storage: Storage, inspector: Inspector) -> None:
        self._repository = repository
        self._storage = storage
        self._inspector = inspector
        self._remembered: OrderedDict[UUID, Upload] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, content: bytes, *, media_id: UUID, owner: str, declared: str | None = None) -> Upload:
        """Keep a file under an id made from its owner and key; a repeat returns the first one.

        Raises: MediaTypeRefused, PayloadTooLarge, KeyReused.
        """
        original_sha256 = sha256(content).hexdigest()
        earlier = self.find([media_id]).get(media_id)
        if earlier is None:
            earlier = self._keep(content, original_sha256, media_id=media_id, owner=owner, declared=declared)
        if earlier.original_sha256 != original_sha256 or declared not in (None, earlier.kind):
            raise KeyReused
        return earlier

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

    def _keep(
        self, content: bytes, original_sha256: str, *, media_id: UUID, owner: str, declared: str | None
    ) -> Upload:
        nature = self._inspector.inspect(content)
        if declared not in (None, nature.kind):
            raise MediaTypeRefused(f"the file is a {nature.kind}", kind=nature.kind)
        shown = variant(content, nature)
        # Files first, on the disk for good; a row never speaks of a file that is not there.
        original_path, shown_path = self._write(content, shown)
        upload = Upload(
            media_id=media_id,
            owner=owner,
            kind=nature.kind,
            mime=shown.mime,
            size_bytes=len(shown.content),
            width=shown.width,
            height=shown.height,
            sha256=sha256(shown.content).hexdigest(),
            original_sha256=original_sha256,
            original_path=original_path,
            shown_path=shown_path,
            created_at=datetime.now(UTC),
        )
        kept = self._repository.add(upload)
        if kept.original_path != original_path:
            self._storage.remove(original_path)
            self._storage.remove(shown_path)
        return kept

    def _write(self, content: bytes, shown: Shown) -> tuple[str, str]:
        original_path = self._storage.write(content, room=ORIGINALS)
        if shown.content is content:
            return original_path, original_path
        return original_path, self._storage.write(shown.content, room=SHOWN)

    def _remember(self, read: dict[UUID, Upload]) -> None:
        with self._lock:
            self._remembered.update(read)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
