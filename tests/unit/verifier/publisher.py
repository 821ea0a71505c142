"""A small district's publication, made by hand and signed, to be verified and tampered with."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from qiaotou_verifier import merkle
from qiaotou_verifier.cases import read_cases
from qiaotou_verifier.figures import Terms, figures, rankings

Object = dict[str, Any]
NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()
GRIDS = {"c01-g01": "c01", "c01-g02": "c01", "c02-g01": "c02"}
BEGIN = datetime(2012, 6, 1, 0, 0, tzinfo=UTC)
CUT_OFF = datetime(2012, 7, 1, 0, 0, tzinfo=UTC)


class Life:
    """A case's entries, one after the other, an hour apart unless said otherwise."""

    def __init__(
        self, serial: int, *, begun: Object | None = None, step: str = "report", **first: Any
    ) -> None:
        self.number = f"140303-20120602-{serial:06d}"
        self.case_id = str(uuid5(NAMES, self.number))
        self.at = BEGIN + timedelta(days=1, minutes=serial)
        self.entries: list[Object] = []
        self.cycle = 1
        facts = {"community": "c01", "grid": "c01-g01", "category": "0202", "anonymous": False} | (
            begun or {}
        )
        given = {"state": "reported", "role": "grid_worker"} | first
        self.then(step, **given, facts=facts)

    def then(
        self, step: str, *, state: str, role: str = "dispatch", after_h: float = 1.0, **more: Any
    ) -> "Life":
        self.at += timedelta(hours=after_h)
        self.cycle = more.pop("cycle", self.cycle)
        self.entries.append(
            {
                "case_id": self.case_id,
                "number": self.number,
                "position": len(self.entries) + 1,
                "at": stamp(self.at),
                "kind": "command",
                "step": step,
                "state": state,
                "cycle": self.cycle,
                "role": role,
                "late": False,
                "facts": {},
            }
            | more
        )
        return self

    def classified(self, category: str = "0202", lead: str = "CGJ") -> "Life":
        return self.then("classify", state="classified", facts={"category": category, "lead": lead})

    def offered(self, *, due_in_h: float | None = 72, lead: str = "CGJ") -> "Life":
        due = None if due_in_h is None else stamp(self.at + timedelta(hours=due_in_h))
        return self.then("work_order.offered", state="classified", facts={"lead": lead, "due_at": due})

    def answered(self, *, after_h: float = 10, contacted: bool = True) -> "Life":
        self.then("work_order.signed", state="in_progress")
        at = stamp(self.at + timedelta(hours=after_h))
        facts = {"answered_at": at, "contacted_at": at if contacted else None}
        return self.then("work_order.completed", state="answered", after_h=after_h, facts=facts)

    def checked(self) -> "Life":
        return self.then("pass_check", state="checked", role="grid_worker")

    def satisfied(self, *, score: int = 5, resolved: bool = True) -> "Life":
        facts = {"resolved": resolved, "score": score}
        return self.then("record_satisfied", state="closed", role="clerk", facts=facts)

    def archived(self) -> "Life":
        return self.then("archive", state="archived", role="archivist")

    def whole(self, category: str = "0202") -> "Life":
        return self.classified(category).offered().answered().checked().satisfied().archived()


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def some_lives() -> list[Life]:
    """One case of each kind that the figures tell apart."""
    begun_by_resident = {"role": "resident"}
    return [
        Life(1).whole(),
        Life(2).classified().offered(due_in_h=5).answered(after_h=30).checked().satisfied(score=3).archived(),
        Life(3).classified().offered(due_in_h=5),
        Life(4, **begun_by_resident).whole(),
        Life(5, begun={"category": "0601"}).whole("0601"),
        Life(6, begun={"category": "0704"}).classified("0704", "XFJ").offered(lead="XFJ"),
        Life(7, step="settle_on_spot", state="closed"),
        Life(8).then("withdraw", state="cancelled", role="reporter"),
        Life(9, begun={"community": "c02", "grid": "c02-g01"}).whole(),
        Life(10)
        .classified()
        .offered()
        .answered(contacted=False)
        .then("fail_check", state="classified", cycle=2)
        .offered(due_in_h=36)
        .answered()
        .checked()
        .then("record_unreachable", state="closed"),
        Life(11)
        .classified()
        .offered()
        .answered()
        .checked()
        .then("record_dissatisfied", state="classified", cycle=2),
    ]


def publish(folder: Path, lives: Iterable[Life] = (), *, minimum_volume: int = 1) -> Path:
    """Write a publication that holds."""
    lives = list(lives) or some_lives()
    places = [{"community": community, "grid": grid} for grid, community in sorted(GRIDS.items())]
    events = [entry for life in lives for entry in life.entries]
    terms = Terms(CUT_OFF, 20, minimum_volume, GRIDS)
    found = figures(read_cases(events), terms)
    said = [
        {"scope": scope, "group": group, "figure": name, **ratio._asdict(), "value": ratio.value}
        for (scope, group, name), ratio in sorted(found.items())
    ]
    sealed = [_seal(life) for life in lives if life.entries[-1]["state"] == "archived"]
    log = [{"index": i, "case_id": each["case_id"], "seal": each["seal"]} for i, each in enumerate(sealed)]
    files = {
        "places.jsonl": places,
        "categories.jsonl": [],
        "events.jsonl": events,
        "figures.jsonl": said,
        "rankings.jsonl": [rank._asdict() for rank in rankings(found, terms)],
        "seals.jsonl": sealed,
        "log.jsonl": log,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        write_lines(folder / name, lines)
    write_head(folder, log)
    write_manifest(folder, minimum_volume=minimum_volume)
    return folder


def write_lines(path: Path, lines: Iterable[Object]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def lines_of(path: Path) -> list[Object]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write_head(folder: Path, log: list[Object]) -> None:
    leaves = [
        merkle.leaf_hash(rfc8785.dumps({"case_id": leaf["case_id"], "seal": leaf["seal"]})) for leaf in log
    ]
    head = {
        "district": "140303",
        "root": merkle.root_of(leaves).hex(),
        "size": len(log),
        "time": stamp(CUT_OFF),
    }
    head["signature"] = KEY.sign(b"\x03" + rfc8785.dumps(head)).hex()
    (folder / "head.json").write_text(json.dumps(head), encoding="utf-8")


def write_manifest(folder: Path, *, minimum_volume: int = 1, **changes: Any) -> None:
    """Write the manifest of the files as they are now, signed: what a dishonest signer would do too."""
    names = [path.name for path in folder.iterdir() if path.name != "manifest.json"]
    manifest: Object = {
        "format": "qiaotou-publication/1",
        "district": "140303",
        "from": "2012-06-01",
        "to": "2012-07-01",
        "cut_off": stamp(CUT_OFF),
        "minimum_volume": minimum_volume,
        "working_days": 20,
        "published_at": stamp(CUT_OFF),
        "files": {name: _described((folder / name).read_bytes()) for name in names},
        "key": PUBLIC,
    } | changes
    manifest["signature"] = KEY.sign(b"\x02" + rfc8785.dumps(manifest)).hex()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def tamper(folder: Path, name: str, change: Callable[[list[Object]], Any], *, sign: bool) -> None:
    """Change the lines of a file; `sign` lets the manifest speak of the changed file."""
    lines = lines_of(folder / name)
    change(lines)
    write_lines(folder / name, lines)
    if sign:
        write_manifest(folder)


def _described(content: bytes) -> Object:
    return {"sha256": sha256(content).hexdigest(), "lines": content.count(b"\n")}


def _seal(life: Life) -> Object:
    commitments = [sha256(f"{life.number} {i}".encode()).hexdigest() for i in range(len(life.entries))]
    content = {"case_id": life.case_id, "commitments": commitments, "number": life.number}
    return content | {"seal": sha256(b"\0" + rfc8785.dumps(content)).hexdigest()}
