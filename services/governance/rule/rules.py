"""THE table of decision rules, in sets with their first day. Pure.

CN-1990: 城市居民委员会组织法 of 1989, in force since 1990-01-01. CN-2026: the same law as rewritten on
2025-10-28, in force since 2026-01-01. CN-OWNERS: 民法典 article 278, in force since 2021-01-01, with the
notice and the demand of 物业管理条例.
"""

import re
from datetime import date
from hashlib import sha256
from typing import NamedTuple

import msgspec
import rfc8785

from contracts.commands.rules import (
    Comparison,
    DecisionRule,
    Electorate,
    Inequality,
    Subject,
    Term,
)
from services.governance.rule.errors import UnknownRule

# 居委会组织法 2026 article 34; for the other sets the house's own floor.
PUBLICATION_DAYS = 15
_SIDE = r"(\d*)([A-Za-z_]+)"
_WRITTEN = re.compile(rf"{_SIDE} (>=|<=|>) {_SIDE}")


class RuleSet(NamedTuple):
    """A set of rules, in force from a day up to, not including, another."""

    code: str
    effective_from: date
    effective_until: date | None = None

    def in_force(self, on: date) -> bool:
        """Return whether it is in force on a day."""
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)


CN_1990 = RuleSet("CN-1990", date(1990, 1, 1), date(2026, 1, 1))
CN_2026 = RuleSet("CN-2026", date(2026, 1, 1))
CN_OWNERS = RuleSet("CN-OWNERS", date(2021, 1, 1))
SETS = (CN_1990, CN_2026, CN_OWNERS)

_RESIDENTS = (Electorate.ADULTS, Electorate.HOUSEHOLDS)
_HALF_TAKE_PART, _MAJORITY = ("2p > n",), ("2y > p",)
_TENTH_OR_THIRD = ("10a >= N", "3r >= reps")


def _inequality(written: str) -> Inequality:
    found = _WRITTEN.fullmatch(written)
    assert found is not None, written
    times, name, op, right_times, right_name = found.groups()
    left, right = Term(int(times or 1), name), Term(int(right_times or 1), right_name)
    return Inequality(left=left, op=Comparison(op), right=right)


def _rule(
    of: RuleSet,
    code: str,
    names: tuple[str, str],
    electorates: tuple[Electorate, ...],
    *,
    valid_if: tuple[str, ...],
    passes_if: tuple[str, ...],
    sources: tuple[str, ...],
    subject: Subject = Subject.QUESTION,
    demand: tuple[str, ...] = (),
    notice_days: int = 0,
    roll: tuple[int, int, int] = (0, 0, 0),
    proxies: int = 0,
) -> DecisionRule:
    roll_days, objection_days, ruling_days = roll
    return DecisionRule(
        code=f"{of.code}.{code}",
        set=of.code,
        name_zh=names[0],
        name_en=names[1],
        effective_from=of.effective_from,
        subject=subject,
        electorates=electorates,
        notice_days=notice_days,
        roll_days=roll_days,
        objection_days=objection_days,
        ruling_days=ruling_days,
        publication_days=PUBLICATION_DAYS,
        proxies=proxies,
        demand=tuple(map(_inequality, demand)),
        valid_if=tuple(map(_inequality, valid_if)),
        passes_if=tuple(map(_inequality, passes_if)),
        sources=sources,
    )


def _law(law: str, *articles: str) -> tuple[str, ...]:
    return tuple(f"{law} {article}" for article in articles)


_LAW_1990 = _law("城市居民委员会组织法 (1990)", "第九条", "第十条")
_LAW_2026 = "城市居民委员会组织法 (2026)"
_PUBLICATION = "第三十四条"
_ELECTION = _law(_LAW_2026, "第十四条", "第十七条", "第十九条", _PUBLICATION)
_RECALL = _law(_LAW_2026, "第二十条", _PUBLICATION)
_LAW_OWNERS = ("民法典 第二百七十八条", "物业管理条例 第十三条", "物业管理条例 第十四条")

_BEFORE_2026 = (
    _rule(
        CN_1990,
        "residents",
        ("居民会议 (1990)", "residents' meeting (1990)"),
        _RESIDENTS,
        demand=("5a >= n", "3g >= groups"),
        valid_if=_HALF_TAKE_PART,
        passes_if=_MAJORITY,
        sources=_LAW_1990,
    ),
    _rule(
        CN_1990,
        "delegates",
        ("居民会议, 每组代表二至三人 (1990)", "residents' meeting, 2 or 3 delegates of each group (1990)"),
        (Electorate.DELEGATES,),
        # Adults or households ask, who are not the delegates that n counts here.
        demand=("5a >= N", "3g >= groups"),
        valid_if=("n >= 2groups", "n <= 3groups", *_HALF_TAKE_PART),
        passes_if=_MAJORITY,
        sources=_LAW_1990,
    ),
)

_SINCE_2026 = (
    _rule(
        CN_2026,
        "residents",
        ("居民会议", "residents' meeting"),
        _RESIDENTS,
        notice_days=10,
        demand=_TENTH_OR_THIRD,
        valid_if=_HALF_TAKE_PART,
        passes_if=_MAJORITY,
        sources=_law(_LAW_2026, "第二十六条", "第二十七条", _PUBLICATION),
    ),
    _rule(
        CN_2026,
        "assembly",
        ("居民代表会议", "representative assembly"),
        (Electorate.REPRESENTATIVES,),
        demand=("5r >= reps",),
        valid_if=("5reps >= 4m", "3p >= 2m"),
        passes_if=_MAJORITY,
        sources=_law(_LAW_2026, "第二十八条", "第二十九条", _PUBLICATION),
    ),
)


class _Way(NamedTuple):
    """How a committee is elected; a recall votes as the election did (article 20)."""

    suffix: str
    name_zh: str
    name_en: str
    electorates: tuple[Electorate, ...]
    valid_if: tuple[str, ...]
    proxies: int


# Representatives give no mandates (article 19).
_WAYS = (
    _Way("", "", "", _RESIDENTS, _HALF_TAKE_PART, 3),
    _Way(
        ".representatives",
        ", 由居民代表投票",
        " by representatives",
        (Electorate.REPRESENTATIVES,),
        ("3p > 2n",),
        0,
    ),
)


def _electoral(
    code: str,
    names: tuple[str, str],
    subject: Subject,
    *,
    passes_if: tuple[str, ...],
    sources: tuple[str, ...],
    demand: tuple[str, ...] = (),
    roll: tuple[int, int, int] = (0, 0, 0),
) -> tuple[DecisionRule, ...]:
    return tuple(
        _rule(
            CN_2026,
            code + way.suffix,
            (names[0] + way.name_zh, names[1] + way.name_en),
            way.electorates,
            subject=subject,
            roll=roll,
            proxies=way.proxies,
            demand=demand,
            valid_if=way.valid_if,
            passes_if=passes_if,
            sources=sources,
        )
        for way in _WAYS
    )


# The roll 20 days before, objections within 5 days, rulings within 3.
_ELECTORAL_ROLL = (20, 5, 3)
_COMMITTEE = (
    *_electoral(
        "election",
        ("居委会选举", "committee election"),
        Subject.ELECTION,
        roll=_ELECTORAL_ROLL,
        passes_if=_MAJORITY,
        sources=_ELECTION,
    ),
    *_electoral(
        "run_off",
        ("居委会另行选举", "committee run-off"),
        Subject.RUN_OFF,
        roll=_ELECTORAL_ROLL,
        passes_if=("3y >= p",),
        sources=_ELECTION,
    ),
    *_electoral(
        "recall",
        ("罢免居委会成员", "recall of a committee's member"),
        Subject.RECALL,
        demand=_TENTH_OR_THIRD,
        passes_if=_MAJORITY,
        sources=_RECALL,
    ),
)


def _owners(code: str, names: tuple[str, str], *passes_if: str) -> DecisionRule:
    return _rule(
        CN_OWNERS,
        code,
        names,
        (Electorate.OWNERS,),
        notice_days=15,
        demand=("5s >= owners",),
        valid_if=("3P_area >= 2T_area", "3P_heads >= 2T_heads"),
        passes_if=passes_if,
        sources=_LAW_OWNERS,
    )


_BY_OWNERS = (
    _owners(
        "ordinary",
        ("业主共同决定一般事项", "owners, ordinary matters"),
        "2Y_area > P_area",
        "2Y_heads > P_heads",
    ),
    _owners(
        "major",
        ("业主共同决定重大事项 (第六至第八项)", "owners, major matters (items 6 to 8)"),
        "4Y_area >= 3P_area",
        "4Y_heads >= 3P_heads",
    ),
)

RULES: tuple[DecisionRule, ...] = (*_BEFORE_2026, *_SINCE_2026, *_COMMITTEE, *_BY_OWNERS)
_BY_CODE = {rule.code: rule for rule in RULES}
_SET_OF = {each.code: each for each in SETS}


def rules_in_force(on: date) -> tuple[DecisionRule, ...]:
    """Return the rules of the sets that are in force on a day."""
    return tuple(rule for rule in RULES if _SET_OF[rule.set].in_force(on))


def rule_of(code: str) -> DecisionRule:
    """Return the rule of a code, in force or not. Raises: UnknownRule."""
    rule = _BY_CODE.get(code)
    if rule is None:
        raise UnknownRule("there is no such rule")
    return rule


def rule_hash(rule: DecisionRule) -> str:
    """Return the SHA-256 (hex) of a rule's canonical JSON (RFC 8785): what a vote is bound to."""
    return sha256(rfc8785.dumps(msgspec.to_builtins(rule))).hexdigest()
