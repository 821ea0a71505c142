"""What must hold of a vote's bundle by itself: each check gives its faults, or what it has found to hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from qiaotou_verifier import leaves, merkle, recount, rules
from qiaotou_verifier.bundle import Bundle, Object, canonical, hashes_of
from qiaotou_verifier.cases import moment
from qiaotou_verifier.leaves import Choosing, Fault, fault

_ELECTING = ("election", "run_off")
_FIELDS = {"open": leaves.OPEN, "secret": leaves.SECRET}


class Check(NamedTuple):
    """A check: its name, what is wrong, and what holds where nothing is."""

    name: str
    faults: Callable[[Bundle], Iterable[Fault]]
    facts: Callable[[Bundle], Fault]


def _signature(bundle: Bundle) -> Iterator[Fault]:
    if not bundle.is_signed():
        yield fault("not_signed")


def _signed(bundle: Bundle) -> Fault:
    return fault("signed", key=bundle.content["key"], digest=bundle.digest)


def _vote(bundle: Bundle) -> Iterator[Fault]:
    vote, rule, roll = (bundle.content[name] for name in ("vote", "rule", "roll"))
    if vote["mode"] not in _FIELDS:
        yield fault("mode", mode=vote["mode"])
    if not _options_fit(vote, electing=_elects(bundle)):
        yield fault("options")
    if moment(vote["opened_at"]) > moment(vote["closed_at"]):
        yield fault("times")
    if roll["kind"] not in rule["electorates"]:
        yield fault("electorate", kind=roll["kind"])


def _options_fit(vote: Object, *, electing: bool) -> bool:
    options, seats = vote["options"], vote["seats"]
    standing = [each["code"] for each in vote["candidates"]]
    if electing:
        named = all(each["name"] for each in vote["candidates"])
        return (
            type(seats) is int
            and seats >= 1
            and 1 <= len(set(options)) == len(options)
            and (standing == options and named)
        )
    return bool(options == recount.YES_NO and seats == 1 and not standing)


def _elects(bundle: Bundle) -> bool:
    """Whether the rule, as the law has it, fills seats."""
    return rules.known(bundle.content["rule"]["code"]).subject in _ELECTING


def _vote_facts(bundle: Bundle) -> Fault:
    vote = bundle.content["vote"]
    return fault("vote_facts", **{name: vote[name] for name in ("mode", "place", "opened_at", "closed_at")})


def _question(bundle: Bundle) -> Iterator[Fault]:
    question = bundle.content["vote"]["question"]
    asked = {name: question[name] for name in ("text", "title")}
    if sha256(canonical(asked)).hexdigest() != question["sha256"]:
        yield fault("question_hash")


def _question_facts(bundle: Bundle) -> Fault:
    return fault("question_facts", sha256=bundle.content["vote"]["question"]["sha256"])


def _rule(bundle: Bundle) -> Iterator[Fault]:
    rule = bundle.content["rule"]
    if sha256(canonical(rule)).hexdigest() != bundle.content["rule_hash"]:
        yield fault("rule_hash")
    yield from (fault("rule_differs", what=each) for each in rules.differences(rule))


def _rule_facts(bundle: Bundle) -> Fault:
    return fault("rule_facts", code=bundle.content["rule"]["code"], rule_hash=bundle.content["rule_hash"])


def _roll(bundle: Bundle) -> Iterator[Fault]:
    roll = bundle.content["roll"]
    entries = roll["leaves"]
    wrong = list(leaves.roll_faults(entries))
    yield from wrong
    yield from _differs("count", roll["count"], len(entries))
    if all(each.name != "leaf_form" for each in wrong):
        area = sum(leaf["area_hundredths_m2"] for leaf in entries)
        yield from _differs("area", roll["area_hundredths_m2"], area)
    yield from _differs("root", roll["root"], _root(hashes_of(entries)))


def _roll_facts(bundle: Bundle) -> Fault:
    roll = bundle.content["roll"]
    return fault("roll_facts", count=roll["count"], area=roll["area_hundredths_m2"], root=roll["root"])


def _ballots(bundle: Bundle) -> Iterator[Fault]:
    content = bundle.content
    vote = content["vote"]
    yield from _too_many(content)
    if bundle.ballots is None:
        if vote["mode"] != "open":
            yield fault("ballots_missing")
        return
    choosing = Choosing(frozenset(vote["options"]), vote["seats"], _FIELDS[vote["mode"]])
    wrong = list(leaves.ballot_faults(bundle.ballots, bundle.receipts, choosing))
    yield from wrong
    if vote["mode"] == "open" and all(each.name != "leaf_form" for each in wrong):
        yield from leaves.entitlement_faults(bundle.ballots, content["roll"]["leaves"])
    yield from _differs("count", content["ballots_count"], len(bundle.ballots))
    yield from _differs("root", content["ballots_root"], _root(bundle.receipts))


def _too_many(content: Object) -> Iterator[Fault]:
    """Everybody who took part is on the roll, and has one ballot or contradicts themselves."""
    given, apart = content["ballots_count"], content["quarantined"]
    participated, count = content["participated"], content["roll"]["count"]
    if min(given, apart) < 0 or not given + apart == participated <= count:
        yield fault("too_many", ballots=given + apart, participated=participated, count=count)


def _ballots_facts(bundle: Bundle) -> Fault:
    if bundle.ballots is None:
        return fault("no_ballots")
    return fault("ballots_facts", count=len(bundle.ballots), root=bundle.content["ballots_root"])


def _tally(bundle: Bundle) -> Iterator[Fault]:
    content = bundle.content
    said = content["totals"]
    if bundle.ballots is None:
        yield from _sums(content, said)
        return
    found = recount.totals_of(bundle.ballots, content["vote"]["options"])
    for name in ("all", "invalid"):
        yield from _differs("totals", said[name], found[name], option=name)
    for option in sorted(said["options"].keys() | found["options"].keys()):
        yield from _differs(
            "totals", said["options"].get(option), found["options"].get(option), option=option
        )


def _sums(content: Object, said: Object) -> Iterator[Fault]:
    """Without ballots: where one option is chosen, the parts make up the whole."""
    yield from _differs("count", content["ballots_count"], said["all"]["heads"])
    if content["vote"]["seats"] > 1:
        return
    parts = [*said["options"].values(), said["invalid"]]
    found = {name: sum(part[name] for part in parts) for name in ("heads", "area_hundredths_m2")}
    yield from _differs("totals", said["all"], found, option="all")


def _tally_facts(bundle: Bundle) -> Fault:
    totals = bundle.content["totals"]
    named: Object = totals["options"] | {"invalid": totals["invalid"]}
    shown = ", ".join(f"{option} {_shown(total)}" for option, total in named.items())
    return fault("tally_facts", totals=shown)


def _outcome(bundle: Bundle) -> Iterator[Fault]:
    content = bundle.content
    counts, said, rule = content["counts"], content["outcome"], content["rule"]["code"]
    for name, found in recount.counts_of(content["roll"], content["totals"]).items():
        if name in counts:
            yield from _differs("counts", counts[name], found, name=name)
    try:
        own = (
            recount.elected(rule, counts, content["totals"], content["vote"]["seats"])
            if _elects(bundle)
            else rules.decide(rule, counts)
        )
    except rules.Unjudgeable as error:
        yield fault("not_decidable", why=str(error))
        return
    for name in sorted(own.keys() | said.keys()):
        yield from _differs("outcome_differs", said.get(name), own.get(name), name=name)


def _outcome_facts(bundle: Bundle) -> Fault:
    outcome = bundle.content["outcome"]
    names = {each["code"]: each["name"] for each in bundle.content["vote"]["candidates"]}
    elected = [f"{code} {names.get(code, '-')}" for code in outcome.get("elected", [])]
    return fault("decided", decided=" · ".join([outcome["decided_by"], *elected]))


def _differs(text: str, said: object, found: object, /, **values: object) -> Iterator[Fault]:
    # JSON tells true from 1; Python's == does not.
    if canonical(said) != canonical(found):
        yield fault(text, said=_shown(said), found=_shown(found), **values)


def _root(hashes: list[bytes]) -> str:
    return merkle.root_of(hashes).hex()


def _shown(value: object) -> str:
    if isinstance(value, Mapping) and value.keys() == {"heads", "area_hundredths_m2"}:
        heads, area = value["heads"], value["area_hundredths_m2"]
        return f"{heads} ({area})" if area else f"{heads}"
    return value if isinstance(value, str) else canonical(value).decode()


CHECKS: tuple[Check, ...] = (
    Check("signature", _signature, _signed),
    Check("vote", _vote, _vote_facts),
    Check("question", _question, _question_facts),
    Check("rule", _rule, _rule_facts),
    Check("roll", _roll, _roll_facts),
    Check("ballots", _ballots, _ballots_facts),
    Check("tally", _tally, _tally_facts),
    Check("outcome", _outcome, _outcome_facts),
)
