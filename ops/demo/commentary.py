"""The running commentary of `--live`: a line for whatever happens, as it happens."""

import threading
from typing import Any, NamedTuple

from rich.cells import set_cell_size
from rich.console import Console
from rich.markup import escape

from contracts.department import OrderChanged, OrderOffered
from contracts.events.registry import Tier
from ops.demo.acts import BY_DEPARTMENT, Act, Deed, PlannedCase
from ops.demo.days import Slot
from services.registry.reference_data import ReferenceData

_ADDRESS = " [dim]AMQP[/dim]"
# Of the six steps: the one a deed belongs to, and what it is called.
_WORDS: dict[Deed, tuple[str, str, str]] = {
    Deed.REPORT: ("上报", "上报", "reports"),
    Deed.SPOT: ("结案", "当场解决", "settles on the spot"),
    Deed.WITHDRAW: ("上报", "撤回", "withdraws"),
    Deed.ASK: ("上报", "请补充", "asks the reporter"),
    Deed.ANSWER: ("上报", "补充", "answers"),
    Deed.CLASSIFY: ("分类", "分类", "classifies"),
    Deed.REFUSE: ("分类", "不予受理", "refuses"),
    Deed.MERGE: ("分类", "并案", "merges"),
    Deed.SIGN: ("处置", "签收", "signs"),
    Deed.RETURN: ("处置", "退回", "returns"),
    Deed.RECALL: ("处置", "收回", "recalls"),
    Deed.REDIRECT: ("处置", "改派", "redirects"),
    Deed.ASK_EXTENSION: ("处置", "申请延期", "asks for time"),
    Deed.GRANT_EXTENSION: ("处置", "准予延期", "grants time"),
    Deed.DENY_EXTENSION: ("处置", "不予延期", "denies time"),
    Deed.ASK_SUSPENSION: ("处置", "申请挂起", "asks to suspend"),
    Deed.GRANT_SUSPENSION: ("处置", "准予挂起", "suspends"),
    Deed.DENY_SUSPENSION: ("处置", "不予挂起", "does not suspend"),
    Deed.RESUME: ("处置", "恢复", "resumes"),
    Deed.COMPLETE_PART: ("处置", "协办办结", "does its part"),
    Deed.EXCUSE_PART: ("处置", "协办免办", "excuses"),
    Deed.COMPLETE: ("反馈", "办结反馈", "answers"),
    Deed.PASS_CHECK: ("反馈", "核查通过", "has looked: done"),
    Deed.FAIL_CHECK: ("反馈", "核查不通过", "has looked: not done"),
    Deed.ATTEMPT: ("反馈", "未接通", "calls in vain"),
    Deed.UNREACHABLE: ("结案", "未联系上", "cannot reach anybody"),
    Deed.SATISFIED: ("结案", "回访满意", "hears: content"),
    Deed.DISSATISFIED: ("反馈", "回访不满意", "hears: not content"),
    Deed.ADOPT: ("反馈", "会议决议", "resolves"),
    Deed.DECLINE: ("结案", "不再办理", "declines"),
    Deed.REOPEN: ("反馈", "重办", "reopens"),
    Deed.ARCHIVE: ("归档", "归档", "seals and archives"),
}
_COLOURS = {
    "上报": "cyan",
    "分类": "blue",
    "处置": "yellow",
    "反馈": "magenta",
    "结案": "green",
    "归档": "white",
}
# Their reasons are values of closed lists.
_BY_A_CODE = frozenset({Deed.REFUSE, Deed.ASK_SUSPENSION})
_WORRYING = frozenset({Deed.RETURN, Deed.FAIL_CHECK, Deed.DISSATISFIED, Deed.REOPEN})
_ROLES = {
    "worker": "网格员 grid worker",
    "clerk": "服务中心 clerk",
    "resident": "居民 resident",
    "hotline": "热线 hotline",
    "dispatcher": "区指导中心 dispatcher",
    "archivist": "档案员 archivist",
    "inspector": "督查员 inspector",
}


class Names(NamedTuple):
    """What codes stand for, in Chinese."""

    grids: dict[str, str]
    categories: dict[str, str]
    departments: dict[str, str]

    @classmethod
    def of(cls, data: ReferenceData) -> "Names":
        """Read them from the reference data."""
        return cls(
            {place.code: place.name_zh for place in data.places if place.tier is Tier.GRID},
            {each.code: f"{each.name_zh} {each.name_en}" for each in data.categories},
            {each.code: each.name_zh for each in data.departments},
        )


class Commentary:
    """Says what happens, one line each; whoever speaks first is heard first."""

    def __init__(self, console: Console, names: Names) -> None:
        self._console = console
        self._names = names
        self._lock = threading.Lock()
        self._clock = ""

    def begun(self, slot: Slot) -> None:
        """A moment has come."""
        self._clock = f"{slot.at:%H:%M}"

    def done(self, _slot: Slot, case: PlannedCase, act: Act) -> None:
        """Somebody has done something."""
        step, chinese, english = _WORDS[act.deed]
        colour = "red" if act.deed in _WORRYING else _COLOURS[step]
        about = f"{self._names.grids[case.grid]} · {self._names.categories[case.category]}"
        by_bus = _ADDRESS if act.deed in BY_DEPARTMENT else ""
        self._say(
            f"[{colour}]{_fixed(step, 5)}[/{colour}] {_fixed(self._who(act), 28)} "
            f"[{colour}]{chinese}[/{colour}] {english}{by_bus}  [bold]{about}[/bold]",
            said="" if act.deed in _BY_A_CODE else act.said.get("text") or act.said.get("reason", ""),
        )

    def heard(self, code: str, kind: str, data: dict[str, Any]) -> None:
        """Something has come to a department's queue."""
        if kind == OrderOffered.type:
            what = f"派遣 offered: {data['number']} {self._names.categories[data['category']]}"
        elif kind == OrderChanged.type:
            what = f"{data['change']}: {data['number']}"
        else:
            return
        self._say(f"[dim]      → {self._names.departments[code]} department.{code}  {what}[/dim]")

    def _who(self, act: Act) -> str:
        name = self._names.departments.get(act.by)
        return f"{name} {act.by}" if name else _ROLES[act.by.partition("-")[0]]

    def _say(self, line: str, *, said: str = "") -> None:
        words = f"\n{' ' * 13}[dim]{escape(said)}[/dim]" if said else ""
        with self._lock:
            self._console.print(f"[dim]{self._clock}[/dim]  {line}{words}")


def _fixed(text: str, width: int) -> str:
    return set_cell_size(text, width)
