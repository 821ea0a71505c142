"""What the plan is made of: cases, and what is done to each, when, by whom and with which words. Pure."""

from enum import StrEnum
from typing import Any

import msgspec


class Deed(StrEnum):
    """What somebody does to a case or to its order."""

    REPORT = "report"  # 上报
    SPOT = "spot"  # 当场解决
    WITHDRAW = "withdraw"  # 撤回
    ASK = "ask"  # 请上报人补充
    ANSWER = "answer"  # 上报人补充
    CLASSIFY = "classify"  # 分类
    REFUSE = "refuse"  # 不予受理
    MERGE = "merge"  # 并案
    SIGN = "sign"  # 签收
    RETURN = "return"  # 退回
    RECALL = "recall"  # 收回
    REDIRECT = "redirect"  # 改派
    ASK_EXTENSION = "ask_extension"  # 申请延期
    GRANT_EXTENSION = "grant_extension"  # 准予延期
    DENY_EXTENSION = "deny_extension"  # 不予延期
    ASK_SUSPENSION = "ask_suspension"  # 申请挂起
    GRANT_SUSPENSION = "grant_suspension"  # 准予挂起
    DENY_SUSPENSION = "deny_suspension"  # 不予挂起
    RESUME = "resume"  # 恢复
    COMPLETE_PART = "complete_part"  # 协办办结
    EXCUSE_PART = "excuse_part"  # 协办免办
    COMPLETE = "complete"  # 办结
    PASS_CHECK = "pass_check"  # 核查通过  # noqa: S105 - a check is passed
    FAIL_CHECK = "fail_check"  # 核查不通过
    ATTEMPT = "attempt"  # 未接通
    UNREACHABLE = "unreachable"  # 三次未联系上
    SATISFIED = "satisfied"  # 回访满意
    DISSATISFIED = "dissatisfied"  # 回访不满意
    ADOPT = "adopt"  # 联席会议决议
    DECLINE = "decline"  # 联席会议不再办理
    REOPEN = "reopen"  # 重办
    ARCHIVE = "archive"  # 归档


# What a department's own software says on the bus; everything else is asked over HTTP.
BY_DEPARTMENT = frozenset(
    {
        Deed.SIGN,
        Deed.RETURN,
        Deed.ASK_EXTENSION,
        Deed.ASK_SUSPENSION,
        Deed.COMPLETE_PART,
        Deed.COMPLETE,
    }
)


class Count(StrEnum):
    """Where a case is counted; the definitions are those of docs/publication.md."""

    HEADLINE = "headline"  # 网格员上报
    OTHERS = "others"  # 他人发现
    DISPUTE = "dispute"  # 矛盾纠纷
    PETITION = "petition"  # 历史积案
    SPOT = "spot"  # 当场解决
    NONE = "none"  # 并案, 撤销: no valid case


class End(StrEnum):
    """How a case stands when the half-year is over."""

    CLOSED = "closed"  # 已办结, archived ones included
    OPEN = "open"  # 在办
    ASIDE = "aside"  # 不予受理, 并案, 撤销


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One deed at one slot.

    `by` is a login, or a department's code; `cycle` and `lead` say which order of the case it
    concerns. `said` is the body as the API takes it; `shown` names the pictures that go with it, and
    `before` those that show how it was. `case` is another case's key where the deed needs one.
    """

    slot: int
    deed: Deed
    by: str
    cycle: int
    lead: str
    said: dict[str, Any] = {}
    shown: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    case: str | None = None


class PlannedCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case of the half-year, from its report to wherever it has come by then."""

    key: str
    community: str
    grid: str
    category: str
    course: str
    counts_as: Count
    end: End
    acts: tuple[Act, ...]

    @property
    def reported_in(self) -> int:
        """The slot of its report."""
        return self.acts[0].slot
