"""Everything that is checked of a publication, and what was found."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import rfc8785

from qiaotou_verifier import merkle
from qiaotou_verifier.cases import Case, moment, read_cases
from qiaotou_verifier.figures import Key, Rank, Ratio, Terms, figures, rankings
from qiaotou_verifier.files import Object, Publication

SHANGHAI = timezone(timedelta(hours=8))
_MOST_NAMED = 20
FIRST_EPOCH = 1


class Finding(NamedTuple):
    """One thing that is not as it should be: which check, what about."""

    check: str
    text: str


class Report(NamedTuple):
    """What was looked at, and what was found."""

    findings: list[Finding]
    cases: int
    events: int
    figures: int
    seals: int
    log_size: int
    epoch: int
    totals: dict[str, Ratio]
    communities: dict[str, dict[str, Ratio]]
    ranks: list[Rank]

    @property
    def holds(self) -> bool:
        """Whether everything agrees."""
        return not self.findings


def verify(folder: Path, *, key: str | None = None) -> Report:
    """Recompute a publication; `key` (hex) is the one that the district has made known.

    Raises: Unreadable.
    """
    publication = Publication(folder)
    cases = list(read_cases(publication.lines("events.jsonl")))
    terms = _terms(publication)
    found = figures(cases, terms)
    findings = [
        *_signatures(publication, key),
        *_lives(publication, cases, terms),
        *_figures(publication, found),
        *_rankings(publication, found, terms),
        *_seals(publication, cases),
        *_log(publication),
    ]
    return Report(
        findings=findings,
        cases=len(cases),
        events=len(publication.lines("events.jsonl")),
        figures=len(found),
        seals=len(publication.lines("seals.jsonl")),
        log_size=len(publication.lines("log.jsonl")),
        epoch=int(publication.manifest.get("epoch", FIRST_EPOCH)),
        totals={name: ratio for (scope, _, name), ratio in found.items() if scope == "district"},
        communities=_by_community(found),
        ranks=list(rankings(found, terms)),
    )


def _by_community(found: dict[Key, Ratio]) -> dict[str, dict[str, Ratio]]:
    communities: dict[str, dict[str, Ratio]] = {}
    for (scope, group, name), ratio in found.items():
        if scope == "community":
            communities.setdefault(group, {})[name] = ratio
    return communities


def _terms(publication: Publication) -> Terms:
    manifest = publication.manifest
    return Terms(
        cut_off=moment(manifest["cut_off"]),
        working_days=int(manifest["working_days"]),
        minimum_volume=int(manifest["minimum_volume"]),
        community_of={each["grid"]: each["community"] for each in publication.lines("places.jsonl")},
    )


def _signatures(publication: Publication, key: str | None) -> Iterator[Finding]:
    if key is not None and publication.manifest.get("key") != key:
        yield Finding("key", "the publication is signed by another key than the one given")
    if not publication.manifest_is_signed():
        yield Finding("manifest", "its signature does not hold")
    if not publication.head_is_signed():
        yield Finding("head", "its signature does not hold")
    for name in publication.changed_files():
        yield Finding("files", f"{name} is not the file that the manifest speaks of")


def _lives(publication: Publication, cases: list[Case], terms: Terms) -> Iterator[Finding]:
    begin, end = (_day(publication.manifest[name]) for name in ("from", "to"))
    for case in cases:
        for fault in case.faults:
            yield Finding("events", f"{case.number}: {fault}")
        if not begin <= case.reported_at < end:
            yield Finding("events", f"{case.number}: it was not reported in the period")
        if terms.community_of.get(case.grid) != case.community:
            yield Finding("events", f"{case.number}: its grid is not its community's")
    late = [entry for entry in publication.lines("events.jsonl") if moment(entry["at"]) > terms.cut_off]
    yield from (Finding("events", f"{each['number']}: an entry after the cut-off") for each in late)


def _figures(publication: Publication, found: dict[Key, Ratio]) -> Iterator[Finding]:
    said = publication.lines("figures.jsonl")
    keys = [(line["scope"], line["group"], line["figure"]) for line in said]
    if keys != sorted(keys) or len(set(keys)) < len(keys):
        yield Finding("figures", "they do not stand in their order, each once")
    yield from (Finding("figures", f"{' '.join(key)} is missing") for key in sorted(found.keys() - set(keys)))
    for key, line in zip(keys, said, strict=True):
        own = found.get(key)
        if own is None:
            yield Finding("figures", f"{' '.join(key)} belongs to nothing")
        elif (line["numerator"], line["denominator"], line["value"]) != (*own, own.value):
            yield Finding(
                "figures",
                f"{' '.join(key)}: published {line['numerator']}/{line['denominator']} = {line['value']}, "
                f"recomputed {own.numerator}/{own.denominator} = {own.value}",
            )


def _rankings(publication: Publication, found: dict[Key, Ratio], terms: Terms) -> Iterator[Finding]:
    own = [rank._asdict() for rank in rankings(found, terms)]
    if publication.lines("rankings.jsonl") != own:
        yield Finding("rankings", "they are not those that follow from the figures")


def _seals(publication: Publication, cases: list[Case]) -> Iterator[Finding]:
    sealed = publication.lines("seals.jsonl")
    archived = {case.case_id for case in cases if case.state == "archived"}
    in_log = {leaf["case_id"]: leaf["seal"] for leaf in publication.lines("log.jsonl")}
    for line in sealed:
        content = {name: line[name] for name in ("case_id", "commitments", "number")}
        if sha256(b"\0" + rfc8785.dumps(content)).hexdigest() != line["seal"]:
            yield Finding("seals", f"{line['number']}: the seal is not over its commitments")
        if in_log.get(line["case_id"]) != line["seal"]:
            yield Finding("seals", f"{line['number']}: the log does not hold this seal")
    ids = [line["case_id"] for line in sealed]
    places = {leaf["case_id"]: leaf["index"] for leaf in publication.lines("log.jsonl")}
    if [places.get(each, -1) for each in ids] != sorted(places.get(each, -1) for each in ids):
        yield Finding("seals", "they do not stand in the order of the log")
    counted = Counter(ids)
    if set(counted) - archived or any(number > 1 for number in counted.values()):
        yield Finding("seals", "there are seals of cases that are not archived, or one twice")
    missing = archived - set(counted)
    if missing & set(places):
        yield Finding("seals", f"{len(missing & set(places))} archived cases of the log have no seal here")


def _log(publication: Publication) -> Iterator[Finding]:
    leaves = publication.lines("log.jsonl")
    if [leaf["index"] for leaf in leaves] != list(range(len(leaves))):
        yield Finding("log", "its leaves do not count from 0 without a gap")
    root = merkle.root_of([_leaf(leaf) for leaf in leaves]).hex()
    if (publication.head.get("size"), publication.head.get("root")) != (len(leaves), root):
        yield Finding("log", "its leaves do not lead to the signed root")


def _leaf(leaf: Object) -> bytes:
    content: dict[str, Any] = {"case_id": leaf["case_id"], "seal": leaf["seal"]}
    return merkle.leaf_hash(rfc8785.dumps(content))


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), SHANGHAI).astimezone(UTC)


def shown(findings: list[Finding]) -> Iterator[str]:
    """Give the findings as lines, no more of a check than a person will read."""
    for check, number in Counter(each.check for each in findings).items():
        named = [each.text for each in findings if each.check == check][:_MOST_NAMED]
        yield from (f"{check}: {text}" for text in named)
        if number > len(named):
            yield f"{check}: and {number - len(named)} more"
