"""The rules of decision, written a second time from the laws' words, with shares where the cell multiplies.

docs/decision-rules.md is what both writings follow; nothing here is taken from the cell.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple

import rfc8785

Object = dict[str, Any]

HALF, THIRD, FIFTH, TENTH = Fraction(1, 2), Fraction(1, 3), Fraction(1, 5), Fraction(1, 10)
TWO_THIRDS, THREE_QUARTERS, FOUR_FIFTHS = Fraction(2, 3), Fraction(3, 4), Fraction(4, 5)
LARGEST = 2**53 - 1


class Unjudgeable(Exception):  # noqa: N818 - named for what it tells the caller
    """There is no such rule, or the counts are not what it compares."""


class Share(NamedTuple):
    """How large a part of a whole must be: `>` 超过, 过半数; `>=` 以上; `<=` at most."""

    part: str
    sign: str
    fraction: Fraction
    whole: str

    @property
    def text(self) -> str:
        """The share as an inequality of whole numbers: `2p > n`."""
        left, right = (
            _times(self.fraction.denominator, self.part),
            _times(self.fraction.numerator, self.whole),
        )
        return f"{left} {self.sign} {right}"

    def weighed(self, counts: Mapping[str, int]) -> Object:
        """Return both sides of the inequality, and whether it holds; of nothing there is no share."""
        part, whole = counts[self.part], counts[self.whole]
        return {
            "inequality": self.text,
            "left": part * self.fraction.denominator,
            "right": whole * self.fraction.numerator,
            "holds": whole != 0 and self._reached_by(Fraction(part, whole)),
        }

    def _reached_by(self, share: Fraction) -> bool:
        if share == self.fraction:
            return self.sign != ">"
        return (share < self.fraction) == (self.sign == "<=")


class Rule(NamedTuple):
    """One rule: who may ask (one is enough), how many must take part, how many must agree.

    `days`: notice, roll, objection, ruling, publication; `mandates` one elector may hold.
    """

    may_ask: tuple[Share, ...]
    take_part: tuple[Share, ...]
    agree: tuple[Share, ...]
    electorates: tuple[str, ...]
    subject: str = "question"
    days: tuple[int, int, int, int, int] = (0, 0, 0, 0, 15)
    mandates: int = 0


def over(part: str, fraction: Fraction, whole: str) -> Share:
    """Return 超过: the number itself is not enough."""
    return Share(part, ">", fraction, whole)


def at_least(part: str, fraction: Fraction, whole: str) -> Share:
    """Return 以上: the number itself is enough."""
    return Share(part, ">=", fraction, whole)


_ELECTORS, _REPRESENTATIVES, _OWNERS = ("adults", "households"), ("representatives",), ("owners",)
_MOST_PRESENT, _MOST_AGREE = over("p", HALF, "n"), over("y", HALF, "p")
_OVER_TWO_THIRDS_VOTE, _THIRD_OF_BALLOTS = over("p", TWO_THIRDS, "n"), at_least("y", THIRD, "p")
_TENTH_OF_RESIDENTS, _THIRD_OF_REPRESENTATIVES = at_least("a", TENTH, "N"), at_least("r", THIRD, "reps")
_EITHER = (_TENTH_OF_RESIDENTS, _THIRD_OF_REPRESENTATIVES)
_THIRD_OF_GROUPS = at_least("g", THIRD, "groups")
_OWNERS_PRESENT = (at_least("P_area", TWO_THIRDS, "T_area"), at_least("P_heads", TWO_THIRDS, "T_heads"))
_FIFTH_OF_OWNERS = (at_least("s", FIFTH, "owners"),)
_ELECTION, _OWNERS_DAYS = (0, 20, 5, 3, 15), (15, 0, 0, 0, 15)

TABLE: dict[str, Rule] = {
    "CN-1990.residents": Rule(
        (at_least("a", FIFTH, "n"), _THIRD_OF_GROUPS), (_MOST_PRESENT,), (_MOST_AGREE,), _ELECTORS
    ),
    "CN-1990.delegates": Rule(
        (at_least("a", FIFTH, "N"), _THIRD_OF_GROUPS),
        (
            at_least("n", Fraction(2), "groups"),
            Share("n", "<=", Fraction(3), "groups"),
            _MOST_PRESENT,
        ),
        (_MOST_AGREE,),
        ("delegates",),
    ),
    "CN-2026.residents": Rule(_EITHER, (_MOST_PRESENT,), (_MOST_AGREE,), _ELECTORS, days=(10, 0, 0, 0, 15)),
    "CN-2026.assembly": Rule(
        (at_least("r", FIFTH, "reps"),),
        (at_least("reps", FOUR_FIFTHS, "m"), at_least("p", TWO_THIRDS, "m")),
        (_MOST_AGREE,),
        _REPRESENTATIVES,
    ),
    "CN-2026.election": Rule(
        (), (_MOST_PRESENT,), (_MOST_AGREE,), _ELECTORS, "election", _ELECTION, mandates=3
    ),
    "CN-2026.election.representatives": Rule(
        (), (_OVER_TWO_THIRDS_VOTE,), (_MOST_AGREE,), _REPRESENTATIVES, "election", _ELECTION
    ),
    "CN-2026.run_off": Rule(
        (), (_MOST_PRESENT,), (_THIRD_OF_BALLOTS,), _ELECTORS, "run_off", _ELECTION, mandates=3
    ),
    "CN-2026.run_off.representatives": Rule(
        (), (_OVER_TWO_THIRDS_VOTE,), (_THIRD_OF_BALLOTS,), _REPRESENTATIVES, "run_off", _ELECTION
    ),
    "CN-2026.recall": Rule(_EITHER, (_MOST_PRESENT,), (_MOST_AGREE,), _ELECTORS, "recall", mandates=3),
    "CN-2026.recall.representatives": Rule(
        _EITHER, (_OVER_TWO_THIRDS_VOTE,), (_MOST_AGREE,), _REPRESENTATIVES, "recall"
    ),
    "CN-OWNERS.ordinary": Rule(
        _FIFTH_OF_OWNERS,
        _OWNERS_PRESENT,
        (over("Y_area", HALF, "P_area"), over("Y_heads", HALF, "P_heads")),
        _OWNERS,
        days=_OWNERS_DAYS,
    ),
    "CN-OWNERS.major": Rule(
        _FIFTH_OF_OWNERS,
        _OWNERS_PRESENT,
        (at_least("Y_area", THREE_QUARTERS, "P_area"), at_least("Y_heads", THREE_QUARTERS, "P_heads")),
        _OWNERS,
        days=_OWNERS_DAYS,
    ),
}

# Each count and those that it is a part of.
_PARTS = (
    ("p", "n"),
    ("p", "m"),
    ("y", "p"),
    ("a", "N"),
    ("r", "reps"),
    ("reps", "m"),
    ("g", "groups"),
    ("s", "owners"),
    ("P_area", "T_area"),
    ("Y_area", "P_area"),
    ("P_heads", "T_heads"),
    ("Y_heads", "P_heads"),
)
NAMES = {name for pair in _PARTS for name in pair}


def known(code: object) -> Rule:
    """Return the rule of a code. Raises: Unjudgeable."""
    rule = TABLE.get(code) if isinstance(code, str) else None
    if rule is None:
        raise Unjudgeable(f"there is no rule {code!r}")
    return rule


def what_if(code: object, counts: object) -> Object:
    """Return what a rule says of counts: of the demand, of the outcome, of each where its counts are there.

    Without any count of yes it says only whether enough take part. Raises: Unjudgeable.
    """
    rule, given = known(code), _numbers(counts)
    asking, deciding = _names(rule.may_ask), _names((*rule.take_part, *rule.agree))
    superfluous = sorted(given.keys() - asking - deciding)
    if superfluous:
        raise Unjudgeable(f"counts: {code} does not compare {', '.join(superfluous)}")
    wanted, judged = given.keys() & (asking - deciding), given.keys() & (deciding - asking)
    if not wanted and not judged:
        raise Unjudgeable(f"counts: {code} compares {', '.join(sorted(asking | deciding))}")
    counted = given.keys() & (_names(rule.agree) - _names(rule.take_part))
    return {
        "rule": code,
        "demand": _demand(rule, given) if wanted else None,
        "outcome": decide(code, given, counted=bool(counted)) if judged else None,
    }


def decide(code: object, counts: Mapping[str, int], *, counted: bool = True) -> Object:
    """Return whether a decision is valid, whether it has passed, and by which inequality.

    `counted` false: who agrees is not known yet, and `passed` is None. Raises: Unjudgeable.
    """
    rule, given = known(code), _numbers(counts)
    present = _weighed(rule.take_part, given)
    agreed = _weighed(rule.agree, given) if counted else []
    short, against = _failing(present), _failing(agreed)
    if short:
        return {"valid": False, "passed": None, "decided_by": _shown(short), "inequalities": present}
    return {
        "valid": True,
        "passed": not against if counted else None,
        "decided_by": _shown(against or agreed or present),
        "inequalities": present + agreed,
    }


def differences(said: Mapping[str, Any]) -> Iterator[str]:
    """Name every part of a published rule that is not as the law has it."""
    rule = TABLE.get(said.get("code", ""))
    if rule is None:
        yield f"there is no rule {said.get('code')!r}"
        return
    days = ("notice_days", "roll_days", "objection_days", "ruling_days", "publication_days")
    expected: Object = {
        "set": str(said["code"]).partition(".")[0],
        "subject": rule.subject,
        "electorates": list(rule.electorates),
        "demand": _as_data(rule.may_ask),
        "valid_if": _as_data(rule.take_part),
        "passes_if": _as_data(rule.agree),
        "proxies": rule.mandates,
        **dict(zip(days, rule.days, strict=True)),
    }
    yield from (
        f"{name} is not as in {said['code']}" for name in expected if said.get(name) != expected[name]
    )


def hash_of(said: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a published rule's canonical JSON (RFC 8785)."""
    return sha256(rfc8785.dumps(dict(said))).hexdigest()


def _as_data(shares: Iterable[Share]) -> list[Object]:
    return [
        {
            "left": [share.fraction.denominator, share.part],
            "op": share.sign,
            "right": [share.fraction.numerator, share.whole],
        }
        for share in shares
    ]


def _demand(rule: Rule, given: Mapping[str, int]) -> Object:
    ways = _weighed([share for share in rule.may_ask if share.part in given] or rule.may_ask, given)
    met = [way for way in ways if way["holds"]]
    return {"met": bool(met), "decided_by": _shown(met or ways), "inequalities": ways}


def _weighed(shares: Iterable[Share], counts: Mapping[str, int]) -> list[Object]:
    missing = sorted(_names(shares) - counts.keys())
    if missing:
        raise Unjudgeable(f"counts: {', '.join(missing)} missing")
    return [share.weighed(counts) for share in shares]


def _failing(weighed: list[Object]) -> list[Object]:
    return [each for each in weighed if not each["holds"]]


def _names(shares: Iterable[Share]) -> set[str]:
    return {name for share in shares for name in (share.part, share.whole)}


def _numbers(counts: object) -> dict[str, int]:
    if not isinstance(counts, Mapping):
        raise Unjudgeable("counts: not an object")
    for name, value in counts.items():
        if name not in NAMES:
            raise Unjudgeable(f"counts: no rule compares {name!r}")
        if type(value) is not int or not 0 <= value <= LARGEST:
            raise Unjudgeable(f"counts: {name} is not a whole number from 0 to {LARGEST}")
    for part, whole in _PARTS:
        if part in counts and whole in counts and counts[part] > counts[whole]:
            raise Unjudgeable(f"counts: {part} is more than {whole}")
    return dict(counts)


def _shown(weighed: Iterable[Object]) -> str:
    return " and ".join(f"{each['inequality']}: {_sides(each['left'], each['right'])}" for each in weighed)


def _sides(left: int, right: int) -> str:
    if not right:
        return f"{left} of 0"
    return f"{left} {'=' if left == right else '<>'[left > right]} {right}"


def _times(number: int, name: str) -> str:
    return name if number == 1 else f"{number}{name}"
