"""Services, sessions and uploads as the gateway sees them, in memory and by hand."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from chassis.context import Context
from chassis.refusal import NotFound
from chassis.rpc_client import ServiceUnavailable
from gateway.filters import MOST, SavedFilter
from gateway.media.inspection import Nature
from gateway.media.taken import Taken
from gateway.media.transfer import Transfer
from gateway.media.upload import Upload
from gateway.media.video import Film
from gateway.sessions import Session

T = TypeVar("T")


@dataclass
class Asked:
    """One thing that a service was asked."""

    service: str
    method: str
    context: Context
    said: dict[str, Any]
    command: Any = None


@dataclass
class FakeRpc:
    """Answers as it was told to: a value, a function of the question, or an error to raise.

    As on the wire, arguments and answers pass through JSON: a type that does not fit shows here.
    """

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    is_connected: bool = True
    is_away: bool = False

    def tell(self, service: str, method: str, answer: Any) -> None:
        self.answers[service, method] = answer

    def call(
        self,
        service: str,
        command: msgspec.Struct,
        *,
        context: Context,
        result: type[T],
        timeout_s: float = 5.0,
    ) -> T:
        assert timeout_s > 0
        read = msgspec.json.decode(msgspec.json.encode(command), type=type(command))
        method = type(command).method  # type: ignore[attr-defined]
        return self._answer(Asked(service, method, context, {}, command=read), result)

    def query(
        self,
        service: str,
        method: str,
        *,
        context: Context,
        result: type[T],
        timeout_s: float = 5.0,
        **arguments: object,
    ) -> T:
        assert timeout_s > 0
        read = msgspec.json.decode(msgspec.json.encode(arguments))
        return self._answer(Asked(service, method, context, read), result)

    def connected(self) -> bool:
        return self.is_connected

    def close(self) -> None:
        self.is_connected = False

    def last(self) -> Asked:
        return self.asked[-1]

    def _answer(self, asked: Asked, result: type[T]) -> T:
        self.asked.append(asked)
        if self.is_away:
            raise ServiceUnavailable
        answer = self.answers[asked.service, asked.method]
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(asked)
        if isinstance(answer, Exception):
            raise answer
        return msgspec.json.decode(msgspec.json.encode(answer), type=result)


class MemorySessions:
    """Sessions in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Session] = {}
        self.looked_up: dict[bytes, int] = defaultdict(int)

    def add(self, session: Session) -> None:
        self.kept[session.token_hash] = session

    def find(self, token_hash: bytes) -> Session | None:
        self.looked_up[token_hash] += 1
        return self.kept.get(token_hash)

    def revoke(self, token_hash: bytes) -> None:
        self.kept.pop(token_hash, None)


class MemoryUploads:
    """Uploads in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Upload] = {}
        self.said: dict[UUID, Taken] = {}

    def add(self, upload: Upload, taken: Taken) -> Upload:
        self.said.setdefault(upload.media_id, taken)
        return self.kept.setdefault(upload.media_id, upload)

    def find(self, media_ids: Sequence[UUID]) -> dict[UUID, Upload]:
        return {each: self.kept[each] for each in media_ids if each in self.kept}

    def taken(self, media_id: UUID) -> Taken:
        return self.said[media_id]


class MemoryTransfers:
    """Transfers in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Transfer] = {}

    def add(self, transfer: Transfer) -> Transfer:
        self.drop_expired()
        return self.kept.setdefault(transfer.transfer_id, transfer)

    def find(self, transfer_id: UUID) -> Transfer | None:
        found = self.kept.get(transfer_id)
        return None if found is None or found.expires_at <= datetime.now(UTC) else found

    def extend(self, transfer_id: UUID, *, at: int, length: int, write: Callable[[], None]) -> bool:
        found = self.find(transfer_id)
        if found is None or found.refused is not None:
            raise NotFound
        if found.offset_bytes != at:
            return False
        write()
        self.kept[transfer_id] = msgspec.structs.replace(found, offset_bytes=at + length)
        return True

    def refuse(self, transfer_id: UUID, code: str) -> None:
        self.kept[transfer_id] = msgspec.structs.replace(self.kept[transfer_id], refused=code)

    def drop(self, transfer_id: UUID) -> None:
        self.kept.pop(transfer_id, None)

    def count_open(self, owner: str) -> int:
        mine = [each for each in self.kept.values() if each.owner == owner]
        return sum(not each.is_whole and each.refused is None for each in mine)

    def drop_expired(self) -> list[str]:
        past = [each for each in self.kept.values() if each.expires_at <= datetime.now(UTC)]
        for each in past:
            del self.kept[each.transfer_id]
        return [each.path for each in past]


class FakeVideos:
    """Shows every video as it is, for two seconds, with a poster; or refuses as it was told to."""

    def __init__(self) -> None:
        self.refusal: Exception | None = None
        self.tags: dict[str, str] = {}

    def make(self, original: Path, nature: Nature, *, folder: Path) -> Film:
        if self.refusal is not None:
            raise self.refusal
        video, poster = folder / "shown", folder / "poster.jpg"
        video.write_bytes(b"bare " + original.read_bytes())
        poster.write_bytes(b"a poster")
        return Film(
            video=video,
            poster=poster,
            mime=nature.mime,
            width=320,
            height=240,
            duration=timedelta(seconds=2),
            tags=self.tags,
        )


class MemoryFilters:
    """Saved filters in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], SavedFilter] = {}

    def all(self, account_id: str) -> tuple[SavedFilter, ...]:
        return tuple(self.kept[key] for key in sorted(self.kept) if key[0] == account_id)

    def find(self, account_id: str, name: str) -> SavedFilter | None:
        return self.kept.get((account_id, name))

    def keep(self, account_id: str, kept: SavedFilter) -> bool:
        if (account_id, kept.name) not in self.kept and len(self.all(account_id)) >= MOST:
            return False
        self.kept[account_id, kept.name] = kept
        return True

    def drop(self, account_id: str, name: str) -> None:
        self.kept.pop((account_id, name), None)
