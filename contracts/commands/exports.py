"""What intake can be asked about exports of lists, and what it answers."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec


class ExportState(StrEnum):
    """How far an export has come."""

    QUEUED = "queued"  # 排队中
    RUNNING = "running"  # 生成中
    READY = "ready"  # 可下载
    TOO_LARGE = "too_large"  # 超出行数上限


class Encoding(StrEnum):
    """How the characters of a file are written."""

    UTF_8 = "utf-8"  # with the mark that spreadsheets look for
    GB18030 = "gb18030"


class Language(StrEnum):
    """In which language the columns are named."""

    ZH = "zh"
    EN = "en"


class ExportFilters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cases, as in a list of them."""

    state: str | None = None
    community: str | None = None
    grid: str | None = None
    category: str | None = None
    lead: str | None = None
    q: str | None = None


class MakeExport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """导出: write a list of cases to a file, as the caller sees them then."""

    method: ClassVar[str] = "make_export"
    command_id: UUID
    export_id: UUID
    filters: ExportFilters
    encoding: Encoding = Encoding.UTF_8
    language: Language = Language.ZH


COMMANDS = (MakeExport,)


class ExportReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the command: under which id it is asked for."""

    export_id: UUID
    state: ExportState


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export has come; `sha256` (hex) of the file once it is ready. It goes at `expires_at`."""

    export_id: UUID
    state: ExportState
    encoding: Encoding
    rows: int
    size_bytes: int
    chunks: int
    sha256: str | None
    requested_at: datetime
    expires_at: datetime


class ExportChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file, from number 0; the parts in order are the file."""

    content: bytes
