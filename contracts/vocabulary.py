"""Words that several messages share: evidence, points, kinds, urgencies, roles, channels."""

from enum import StrEnum
from uuid import UUID

import msgspec


class Kind(StrEnum):
    """What a category is about."""

    EVENT = "E"  # 事件
    COMPONENT = "C"  # 部件
    SERVICE = "S"  # 服务
    DISPUTE = "D"  # 纠纷


class Urgency(StrEnum):
    """How fast a category is handled."""

    URGENT = "U"  # 紧急
    NORMAL = "N"  # 一般
    COMPLEX = "X"  # 复杂
    MEDIATION = "M"  # 调解
    PETITION = "P"  # 信访


class Role(StrEnum):
    """What a person or a part of the system may do."""

    RESIDENT = "resident"  # 居民
    GRID_WORKER = "grid_worker"  # 网格员
    CLERK = "clerk"  # 社区服务中心
    HOTLINE = "hotline"  # 热线
    COMMITTEE = "committee"  # 居委会
    DISPATCHER = "dispatcher"  # 区指导中心
    DEPARTMENT = "department"  # 区直部门
    ARCHIVIST = "archivist"  # 档案员
    INSPECTOR = "inspector"  # 督查员
    OPERATOR = "operator"  # 运维


class MediaKind(StrEnum):
    """What an uploaded file is."""

    PHOTO = "photo"  # 照片
    VIDEO = "video"  # 视频
    DOCUMENT = "document"  # 文件


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A reference to an uploaded file: its id and the SHA-256 (hex) of the stored bytes."""

    media_id: UUID
    sha256: str
    kind: MediaKind


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A position in WGS-84 degrees. Never in an event."""

    longitude_deg: float
    latitude_deg: float
