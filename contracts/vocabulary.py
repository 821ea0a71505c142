"""Words that several messages share: evidence, points, kinds, urgencies, roles, rolls, channels."""

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


class RollKind(StrEnum):
    """Who is counted in a vote, each an entry of its roll."""

    ADULTS = "adults"  # 成年居民
    HOUSEHOLDS = "households"  # 户
    OWNERS = "owners"  # 业主


class MediaKind(StrEnum):
    """What an uploaded file is."""

    PHOTO = "photo"  # 照片
    VIDEO = "video"  # 视频
    DOCUMENT = "document"  # 文件


class Card(StrEnum):
    """How near a due time is: a quarter of the limit remains, or it has passed."""

    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌


class RefusalReason(StrEnum):
    """Why a report is not the district's to handle: a closed list."""

    IN_COURT = "in_court"  # 已进入诉讼
    IN_ARBITRATION = "in_arbitration"  # 已进入仲裁
    DISCIPLINE = "discipline"  # 属纪检监察
    PETITION_UNDER_WAY = "petition_under_way"  # 信访事项办理中
    OTHER_DISTRICT = "other_district"  # 不属本区
    NOT_PUBLIC = "not_public"  # 不属公共管理事项


class LawfulChannel(StrEnum):
    """Where the reporter is told to turn instead."""

    COURT = "court"  # 人民法院
    ARBITRATION = "arbitration"  # 仲裁机构
    DISCIPLINE_INSPECTION = "discipline_inspection"  # 纪检监察机关
    PETITION_OFFICE = "petition_office"  # 信访部门
    HOTLINE_12345 = "hotline_12345"  # 12345 热线
    LEGAL_AID = "legal_aid"  # 法律援助


class SuspensionReason(StrEnum):
    """Why a department may ask that the clock stands: a closed list."""

    SEASON = "season"  # 季节
    COURT = "court"  # 诉讼
    HEARING = "hearing"  # 听证
    BUDGET = "budget"  # 预算
    THIRD_PARTY = "third_party"  # 第三方


class DeadlineReason(StrEnum):
    """Why a row stands in the deadline ledger."""

    INITIAL = "initial"  # 首次
    EXTENSION = "extension"  # 延期
    RESUME = "resume"  # 恢复
    REWORK = "rework"  # 返工
    REOPENING = "reopening"  # 重办


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A reference to an uploaded file: its id and the SHA-256 (hex) of the stored bytes."""

    media_id: UUID
    sha256: str
    kind: MediaKind


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A position in WGS-84 degrees. Never in an event."""

    longitude_deg: float
    latitude_deg: float
