"""What came of the half-year: asked of the public API, published, recomputed by the verifier, compared."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from ops.cell import REPOSITORY, Cell
from ops.demo.people import API
from ops.demo.plan import Plan
from ops.demo.volumes import REFORMED
from ops.errors import Unready
from ops.http_client import Client
from ops.ports import LOOPBACK
from ops.publish import publish

COMPLETION, REPORTING = "completion", "reporting"
_TOLD_OF_THE_DISTRICT = ("on_time", "rework", "response", "resolution", "satisfaction", "unreachable")
_PATIENCE_S = 60.0
_VERIFIER = REPOSITORY / "clients" / "verifier" / "src"
Ratio = tuple[int, int]


class CommunityFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One community as it is counted; a rank is None where it has too few cases."""

    code: str
    reported: int
    closed: int
    completion_rank: int | None
    found_by_others: int
    reporting_rank: int | None

    @property
    def open(self) -> int:
        """What is still in hand."""
        return self.reported - self.closed


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier recomputed from published files, and whether it agrees with them."""

    holds: bool
    agrees_with_api: bool
    cases: int
    events: int
    figures: int
    seals: int
    findings: tuple[str, ...]


class Reckoning(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of the five communities together, of each, and of the district."""

    seed: int
    scale: float
    communities_in_the_district: int
    reported: int
    closed: int
    open: int
    completion_percent: int | None
    disputes: Ratio
    petitions: Ratio
    spot: int
    communities: tuple[CommunityFigures, ...]
    district: dict[str, Ratio]
    as_planned: bool
    verified: Verified
    publication: str

    @property
    def well(self) -> bool:
        """Whether everything agrees with everything."""
        return self.as_planned and self.verified.holds and self.verified.agrees_with_api


def reckon(cell: Cell, plan: Plan, *, since: date, until: date) -> Reckoning:
    """Ask, publish, verify. Raises: Unready."""
    folder = (cell.folder / "publication").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    publish(cell, since=since, until=until, folder=folder)
    found = Asked(cell, since=since, until=until)
    report = _verify(folder)
    return reckoned(plan, found, verified_by(report, found), folder)


class Asked:
    """What the public API says, without signing in."""

    def __init__(self, cell: Cell, *, since: date, until: date) -> None:
        period = f"since={since.isoformat()}&until={until.isoformat()}"
        with closing(Client(LOOPBACK, cell.ports["gateway"], patience_s=_PATIENCE_S)) as client:
            self.communities = _groups(client.get(f"{API}/figures?scope=community&{period}"))
            self.district = _groups(client.get(f"{API}/figures?scope=district&{period}"))["*"]
            self.ranks = {
                rate: {
                    each["community"]: each["rank"]
                    for each in client.get(f"{API}/figures/ranking?figure={rate}&{period}")["communities"]
                }
                for rate in (COMPLETION, REPORTING)
            }


def _groups(answer: dict[str, Any]) -> dict[str, dict[str, Ratio]]:
    return {group["group"]: dict(map(_figure, group["figures"])) for group in answer["groups"]}


def _figure(shown: dict[str, Any]) -> tuple[str, Ratio]:
    return shown["figure"], (shown["numerator"], shown["denominator"])


def reckoned(plan: Plan, found: Asked, verified: Verified, folder: Path) -> Reckoning:
    """Add up what the API has said, and compare it with the plan."""
    communities = tuple(_community(code, found) for code in REFORMED)
    reported, closed = (sum(getattr(each, name) for each in communities) for name in ("reported", "closed"))
    disputes, petitions, spot = (_sum(found.communities, name) for name in ("disputes", "petitions", "spot"))
    wanted = plan.totals(REFORMED)
    counted = (reported, closed, *disputes, *petitions, spot[0])
    planned = (
        wanted.reported,
        wanted.closed,
        wanted.disputes_closed,
        wanted.disputes,
        wanted.petitions_closed,
        wanted.petitions,
        wanted.spot,
    )
    return Reckoning(
        seed=plan.seed,
        scale=plan.scale,
        communities_in_the_district=len(found.communities),
        reported=reported,
        closed=closed,
        open=reported - closed,
        completion_percent=percent((closed, reported)),
        disputes=disputes,
        petitions=petitions,
        spot=spot[0],
        communities=communities,
        district={name: found.district[name] for name in _TOLD_OF_THE_DISTRICT},
        as_planned=counted == planned,
        verified=verified,
        publication=str(folder),
    )


def percent(ratio: Ratio) -> int | None:
    """Return a ratio in whole per cent, rounded half up; None where nothing divides."""
    above, below = ratio
    return (200 * above + below) // (2 * below) if below else None


def _community(code: str, found: Asked) -> CommunityFigures:
    figures = found.communities[code]
    closed, reported = figures[COMPLETION]
    headline, all_ = figures[REPORTING]
    return CommunityFigures(
        code=code,
        reported=reported,
        closed=closed,
        completion_rank=found.ranks[COMPLETION][code],
        found_by_others=all_ - headline,
        reporting_rank=found.ranks[REPORTING][code],
    )


def _sum(communities: Mapping[str, Mapping[str, Ratio]], name: str) -> Ratio:
    pairs = [communities[code][name] for code in REFORMED]
    return sum(above for above, _ in pairs), sum(below for _, below in pairs)


def _verify(folder: Path) -> dict[str, Any]:
    """Run this tree's own verifier, whatever is installed. Raises: Unready."""
    done = subprocess.run(
        [sys.executable, "-m", "qiaotou_verifier", "publication", folder, "--json"],
        check=False,
        capture_output=True,
        text=True,
        # It sees its own package and the published files: nothing of the services.
        cwd=folder,
        env={"PYTHONPATH": str(_VERIFIER)},
        stdin=subprocess.DEVNULL,
    )
    if not done.stdout:
        raise Unready(f"The verifier could not read {folder}: {done.stderr.strip()[-1000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def verified_by(report: dict[str, Any], found: Asked) -> Verified:
    """Compare what the verifier has recomputed with what the API has said."""
    return Verified(
        holds=report["holds"],
        agrees_with_api=not list(_differences(report, found)),
        cases=report["cases"],
        events=report["events"],
        figures=report["figures"],
        seals=report["seals"],
        findings=(
            *(f"{each['check']}: {each['text']}" for each in report["findings"][:10]),
            *list(_differences(report, found))[:10],
        ),
    )


def _differences(report: dict[str, Any], found: Asked) -> Iterator[str]:
    """Compare what the verifier recomputed of every community with what the public API says."""
    for code, figures in found.communities.items():
        for name, (above, below) in figures.items():
            own = report["communities"][code][name][:2]
            if own != [above, below]:
                yield f"{code} {name}: the API says {above}/{below}, the verifier {own[0]}/{own[1]}"
    for rank in report["ranks"]:
        said = found.ranks[rank["figure"]][rank["community"]]
        if said != rank["rank"]:
            yield f"{rank['community']} {rank['figure']}: ranks {said} (API) and {rank['rank']} (verifier)"
