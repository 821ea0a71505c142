"""What came of the half-year is compared with the plan and with the verifier, and shown."""

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console

from ops.demo import article, reckoning
from ops.demo.plan import half_year
from ops.demo.reckoning import Reckoning, percent
from ops.demo.runs import names_of
from ops.demo.volumes import REFORMED
from services.registry import reference_data

DATA = reference_data.read()
PLAN = half_year(2012, 1.0, DATA)
COMMUNITIES = sorted({case.community for case in PLAN.cases})


class Asked:
    """What the API would say, were it to say what the plan foresees."""

    def __init__(self) -> None:
        self.communities = {code: self._figures(code) for code in COMMUNITIES}
        self.district = dict.fromkeys(
            ("on_time", "rework", "response", "resolution", "satisfaction", "unreachable"), (9, 10)
        )
        self.ranks = {rate: dict.fromkeys(COMMUNITIES, 1) for rate in ("completion", "reporting")}

    @staticmethod
    def _figures(code: str) -> dict[str, tuple[int, int]]:
        found = PLAN.totals({code})
        return {
            "completion": (found.closed, found.reported),
            "reporting": (found.reported, found.reported + found.others),
            "disputes": (found.disputes_closed, found.disputes),
            "petitions": (found.petitions_closed, found.petitions),
            "spot": (found.spot, found.spot + found.reported),
        }

    def report(self) -> dict[str, Any]:
        """What the verifier would say."""
        return {
            "holds": True,
            "findings": [],
            "cases": 3319,
            "events": 31000,
            "figures": 2900,
            "seals": 2300,
            "communities": {
                code: {name: [*ratio, None] for name, ratio in figures.items()}
                for code, figures in self.communities.items()
            },
            "ranks": [
                {"figure": rate, "community": code, "rank": rank, "few": False}
                for rate, ranks in self.ranks.items()
                for code, rank in ranks.items()
            ],
        }


def reckoned(asked: Asked, report: dict[str, Any] | None = None) -> Reckoning:
    verified = reckoning.verified_by(report or asked.report(), asked)  # type: ignore[arg-type]
    return reckoning.reckoned(PLAN, asked, verified, "published")  # type: ignore[arg-type]


def test_the_figures_of_the_five_are_added_up() -> None:
    found = reckoned(Asked())
    assert (found.reported, found.closed, found.open, found.completion_percent) == (1151, 1116, 35, 97)
    assert (found.disputes, found.petitions) == ((203, 205), (8, 9))
    assert [each.code for each in found.communities] == list(REFORMED)
    assert found.communities_in_the_district == 38
    assert found.well


def test_a_count_that_the_plan_does_not_foresee_is_not_well() -> None:
    asked = Asked()
    closed, reported = asked.communities["c01"]["completion"]
    asked.communities["c01"]["completion"] = (closed - 1, reported)
    found = reckoned(asked)
    assert not found.as_planned
    assert not found.well


@pytest.mark.parametrize("community", ["c01", "c38"])
def test_a_figure_that_the_verifier_counts_otherwise_is_named(community: str) -> None:
    asked = Asked()
    report = asked.report()
    report["communities"][community]["completion"][0] += 1
    found = reckoned(asked, report)
    assert not found.well
    assert f"{community} completion" in found.verified.findings[0]


def test_a_rank_that_the_verifier_gives_otherwise_is_named() -> None:
    asked = Asked()
    report = asked.report()
    report["ranks"][0]["rank"] = 7
    assert not reckoned(asked, report).verified.agrees_with_api


def test_what_does_not_hold_is_not_well() -> None:
    asked = Asked()
    report = asked.report() | {"holds": False, "findings": [{"check": "seals", "text": "one is missing"}]}
    found = reckoned(asked, report)
    assert not found.well
    assert found.verified.findings == ("seals: one is missing",)


@pytest.mark.parametrize(
    ("ratio", "expected"), [((1116, 1151), 97), ((1, 200), 1), ((1, 201), 0), ((0, 0), None), ((2, 2), 100)]
)
def test_per_cent_are_rounded_half_up_and_of_nothing_there_are_none(
    ratio: tuple[int, int], expected: int | None
) -> None:
    assert percent(ratio) == expected


def test_the_table_says_it_in_chinese_and_english_beside_the_article() -> None:
    shown = _shown(reckoned(Asked()))
    for words in ("桥头 Qiaotou", "段南沟", "1151", "1116", "97.0%", "办结率", "completion", "of 38"):
        assert words in shown
    assert "✗" not in shown
    assert max(map(len, shown.splitlines())) <= 110


def test_the_table_says_where_the_article_is_not_met() -> None:
    found = msgspec.structs.replace(reckoned(Asked()), closed=1115)
    assert "✗ 共上报反映各类问题1151件" in _shown(found)


def _shown(found: Reckoning) -> str:
    stream = io.StringIO()
    article.show(found, names_of(DATA), Console(file=stream, width=110, highlight=False))
    return stream.getvalue()
