"""The rules by which residents and owners decide, as data; what governance answers about them.

docs/decision-rules.md explains them field by field.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

# What every reader of JSON takes as a whole number.
LARGEST = 2**53 - 1
Count = Annotated[int, Meta(ge=0, le=LARGEST)]


class Electorate(StrEnum):
    """Who takes part; `adults`, `households` and `owners` are kinds of rolls, too."""

    ADULTS = "adults"  # 成年居民
    HOUSEHOLDS = "households"  # 户的代表
    DELEGATES = "delegates"  # 居民小组选举的代表
    REPRESENTATIVES = "representatives"  # 居民代表
    OWNERS = "owners"  # 业主


class Subject(StrEnum):
    """What is decided."""

    QUESTION = "question"  # 议题
    ELECTION = "election"  # 选举
    RUN_OFF = "run_off"  # 另行选举
    RECALL = "recall"  # 罢免


class Comparison(StrEnum):
    """How two whole numbers are compared: 以上 includes the number, 超过 and 过半数 exclude it."""

    MORE = ">"
    AT_LEAST = ">="
    AT_MOST = "<="


class Term(NamedTuple):
    """One side of an inequality: a count, so many times."""

    times: int
    name: str


class Inequality(msgspec.Struct, frozen=True, kw_only=True):
    """Two counts compared without dividing: 2p > n. It never holds where the right count is 0."""

    left: Term
    op: Comparison
    right: Term


class DecisionRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule 议事规则 of a set: who can demand it (any of), when it is valid and passes (all of).

    Days are calendar days; 0 where the law asks for none. `roll_days` before voting the roll is published;
    `objection_days` from then it can be objected to, `ruling_days` later that is answered. A result is
    published for `publication_days`. `proxies` is how many mandates one elector may hold, 0 for none.
    """

    code: str
    set: str
    name_zh: str
    name_en: str
    effective_from: date
    subject: Subject
    electorates: tuple[Electorate, ...]
    notice_days: int
    roll_days: int
    objection_days: int
    ruling_days: int
    publication_days: int
    proxies: int
    demand: tuple[Inequality, ...]
    valid_if: tuple[Inequality, ...]
    passes_if: tuple[Inequality, ...]
    sources: tuple[str, ...]


class Counts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was counted, by the letters of the rules; None what a rule does not ask. Areas in 0.01 m2."""

    n: Count | None = None  # eligible
    m: Count | None = None  # members of the assembly
    p: Count | None = None  # present, or valid ballots; abstentions stay in
    y: Count | None = None  # yes
    N: Count | None = None  # eligible residents or households, of whom `a` ask
    a: Count | None = None
    reps: Count | None = None  # representatives, of whom `r` ask
    r: Count | None = None
    groups: Count | None = None  # resident groups, of which `g` ask
    g: Count | None = None
    owners: Count | None = None  # owners, of whom `s` ask
    s: Count | None = None
    T_area: Count | None = None  # the roll's total
    P_area: Count | None = None  # taking part
    Y_area: Count | None = None  # yes
    T_heads: Count | None = None
    P_heads: Count | None = None
    Y_heads: Count | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An inequality with the numbers of its two sides, and whether it holds."""

    inequality: str
    left: int
    right: int
    holds: bool


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of counts. `passed` is None where it is not valid: nothing was decided.

    `decided_by` names the inequality with both sides: `2p > n: 374 > 280`.
    """

    valid: bool
    passed: bool | None
    decided_by: str
    inequalities: tuple[Judged, ...]


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Whether enough people ask that it be decided; one of the inequalities is enough."""

    met: bool
    decided_by: str
    inequalities: tuple[Judged, ...]


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and its hash, to which a vote is bound: SHA-256 (hex) of its canonical JSON (RFC 8785)."""

    rule: DecisionRule
    rule_hash: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of counts that somebody supposes; None where its counts were not given.

    `outcome.passed` is also None where no yes was counted: it says whether enough take part.
    """

    rule: str
    demand: Demand | None
    outcome: Outcome | None


class DecisionRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that are in force on a day."""

    on: date
    items: tuple[RuleView, ...]
