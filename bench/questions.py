"""What people ask of the lists: kinds of questions, each with who asks and how."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from chassis.principal import Principal
from contracts.commands.intake import PageOrder
from contracts.vocabulary import Role
from services.intake.case import cursor as cursors
from services.registry.demo import account_id_of

COMMON = ("路灯", "垃圾", "小区", "居民")
SOMETIMES = ("井盖", "暖气", "漏水", "电梯", "遗产", "赛鱼路")
RARE = ("传销", "老虎机", "深基坑", "货梯", "煤气表", "琥珀", "翡翠超市", "鲸鱼")
_WORDS = (*COMMON, *SOMETIMES, *RARE)
_OPEN = ("reported", "classified", "in_progress", "suspended", "answered", "checked")
_LATE = ("archived", "refused", "merged")
_CATEGORIES = ("0101", "0202", "0503", "0304", "0505")
_COMMUNITIES = ("c01", "c02", "c11", "c24")
_LONG = ("健身器材螺丝脱落", "路灯坏了", "路灯 不亮 小学西墙外", "电梯困人", "LED路灯", "暖气不热 老人")
_ADDRESSES = ("赛鱼路15号", "平坦街", "桥头大街 301室", "松园路 路灯")


class Asker(NamedTuple):
    """Somebody of the demo district: a login, and what is known of who it is."""

    login: str
    role: Role
    scope: dict[str, str]

    @property
    def principal(self) -> Principal:
        """Who is asking, as the gateway would say it."""
        return Principal(
            subject=str(account_id_of(self.login)), roles=frozenset({str(self.role)}), scope=self.scope
        )


DISPATCHER = Asker("dispatcher", Role.DISPATCHER, {})
INSPECTOR = Asker("inspector", Role.INSPECTOR, {})
CLERK = Asker("clerk-c01", Role.CLERK, {"community": "c01"})
WORKER = Asker("worker-c02-g03", Role.GRID_WORKER, {"community": "c02", "grid": "c02-g03"})
RESIDENT = Asker("resident", Role.RESIDENT, {})
HOTLINE = Asker("hotline", Role.HOTLINE, {})
OFFICER = Asker("officer-cgj", Role.DEPARTMENT, {"department": "CGJ"})
ASKERS = (DISPATCHER, INSPECTOR, CLERK, WORKER, RESIDENT, HOTLINE, OFFICER)


class Kind(NamedTuple):
    """A kind of question; `filters` makes one."""

    name: str
    asker: Asker
    filters: Callable[[Random], dict[str, Any]]


def _of(**choices: tuple[str, ...] | str) -> Callable[[Random], dict[str, Any]]:
    return lambda random: {
        name: chosen if isinstance(chosen, str) else random.choice(chosen) for name, chosen in choices.items()
    }


def _deep(**choices: tuple[str, ...] | str) -> Callable[[Random], dict[str, Any]]:
    """A page from the middle of a list: any day of the last five years."""

    def filters(random: Random) -> dict[str, Any]:
        at = datetime.now(UTC) - timedelta(days=365 * 5) * random.random()
        there = cursors.Cursor(at, UUID(int=random.getrandbits(128), version=4), PageOrder.NEWEST)
        return _of(**choices)(random) | {"cursor": cursors.encode(there)}

    return filters


KINDS = (
    Kind("list: district", DISPATCHER, _of()),
    Kind("list: community", CLERK, _of()),
    Kind("list: grid", WORKER, _of()),
    Kind("list: own", RESIDENT, _of()),
    Kind("list: hotline", HOTLINE, _of()),
    Kind("list: department", OFFICER, _of()),
    Kind("list: deep page, district", DISPATCHER, _deep()),
    Kind("list: deep page, community", CLERK, _deep()),
    Kind("filters: open state, oldest first", DISPATCHER, _of(state=_OPEN, order="oldest")),
    Kind("filters: open state, community", CLERK, _of(state=_OPEN, order="oldest")),
    Kind("filters: open state, grid", WORKER, _of(state=_OPEN)),
    Kind("filters: open state, department", OFFICER, _of(state=_OPEN)),
    Kind("filters: late state", INSPECTOR, _of(state=_LATE)),
    Kind("filters: category", DISPATCHER, _of(category=_CATEGORIES)),
    Kind("filters: category, community", DISPATCHER, _of(category=_CATEGORIES, community=_COMMUNITIES)),
    Kind("filters: category, state, lead", INSPECTOR, _of(category=_CATEGORIES, state=_OPEN, lead="CGJ")),
    Kind("filters: category, deep page", CLERK, _deep(category=_CATEGORIES)),
    Kind("word: common, district", DISPATCHER, _of(q=COMMON)),
    Kind("word: common, district, no addresses", INSPECTOR, _of(q=COMMON)),
    Kind("word: sometimes, district", DISPATCHER, _of(q=SOMETIMES)),
    Kind("word: rare, district", DISPATCHER, _of(q=RARE)),
    Kind("word: rare, district, no addresses", INSPECTOR, _of(q=RARE)),
    Kind("word: any, community", CLERK, _of(q=_WORDS)),
    Kind("word: any, grid", WORKER, _of(q=_WORDS)),
    Kind("word: any, own", RESIDENT, _of(q=_WORDS)),
    Kind("word: any, hotline", HOTLINE, _of(q=_WORDS)),
    Kind("word: any, department", OFFICER, _of(q=_WORDS)),
    Kind("word: deep page, district", DISPATCHER, _deep(q=_WORDS)),
    Kind("word: deep page, community", CLERK, _deep(q=_WORDS)),
    Kind("word: oldest first", INSPECTOR, _of(q=_WORDS, order="oldest")),
    Kind("word: open state", DISPATCHER, _of(q=_WORDS, state=_OPEN)),
    Kind("word: open state, community", CLERK, _of(q=_WORDS, state=_OPEN)),
    Kind("word: late state", INSPECTOR, _of(q=_WORDS, state=_LATE)),
    Kind("word: category", DISPATCHER, _of(q=_WORDS, category=_CATEGORIES)),
    Kind(
        "word: category, community, state",
        INSPECTOR,
        _of(q=_WORDS, category=_CATEGORIES, community=_COMMUNITIES, state="archived"),
    ),
    Kind("several words, longer words", DISPATCHER, _of(q=_LONG)),
    Kind("address, known to the caller", DISPATCHER, _of(q=_ADDRESSES)),
    Kind("address, not known to the caller", INSPECTOR, _of(q=_ADDRESSES)),
    Kind("number: its end", DISPATCHER, _of(q=("000031", "000007", "00012", "031"))),
    Kind("number: its day", CLERK, _of(q=("20260302", "20250818", "202411"))),
)
