import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from qiaotou_verifier.check import verify
from qiaotou_verifier.cli import main
from qiaotou_verifier.figures import Ratio

from tests.unit.verifier.publisher import (
    PUBLIC,
    Life,
    publish,
    some_lives,
    tamper,
    write_head,
    write_lines,
    write_manifest,
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("once") / "published")


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published, tmp_path / "published")


def checks(folder: Path, **given: Any) -> set[str]:
    return {finding.check for finding in verify(folder, **given).findings}


def test_an_untouched_publication_holds(folder: Path) -> None:
    report = verify(folder, key=PUBLIC)
    assert report.findings == []
    assert (report.cases, report.seals, report.log_size) == (11, 5, 5)


def test_a_cell_that_went_back_to_a_backup_is_named(folder: Path) -> None:
    assert "Epoch" not in CliRunner().invoke(main, ["publication", str(folder)]).output
    write_manifest(folder, epoch=7)
    ran = CliRunner().invoke(main, ["publication", str(folder)])
    assert ran.exit_code == 0
    assert "Epoch 7: the district's cell went back to a backup." in ran.output


def test_the_figures_are_those_that_a_person_counts(folder: Path) -> None:
    totals = {name: tuple(ratio) for name, ratio in verify(folder).totals.items()}
    assert totals == {
        "completion": (4, 6),
        "reporting": (6, 7),
        "intensity": (6, 3 * 20),
        "acceptance": (7, 7),
        "on_time": (4, 6),
        "rework": (2, 6),
        "response": (5, 7),
        "resolution": (4, 5),
        "satisfaction": (3, 5),
        "disputes": (1, 1),
        "petitions": (0, 1),
        "spot": (1, 7),
        "unreachable": (1, 6),
    }


def test_its_own_figures_and_ranks_of_each_community_are_told_as_json(folder: Path) -> None:
    told = json.loads(CliRunner().invoke(main, ["publication", str(folder), "--json"]).output)
    report = verify(folder)
    assert {
        code: {name: found[:2] for name, found in figures.items()}
        for code, figures in told["communities"].items()
    } == {
        code: {name: list(ratio) for name, ratio in figures.items()}
        for code, figures in report.communities.items()
    }
    whole = [figures["completion"] for figures in told["communities"].values()]
    assert (
        [sum(each[side] for each in whole) for side in (0, 1)] == told["totals"]["completion"][:2] == [4, 6]
    )
    assert told["ranks"] == [rank._asdict() for rank in report.ranks]
    assert {rank["figure"] for rank in told["ranks"]} == {"completion", "reporting"}


def _first(field: str, value: Any) -> Callable[[list[Any]], None]:
    def change(lines: list[Any]) -> None:
        lines[0][field] = value

    return change


def _swap(lines: list[Any]) -> None:
    lines[0], lines[1] = lines[1], lines[0]


def _drop(lines: list[Any]) -> None:
    del lines[0]


def _drop_last(lines: list[Any]) -> None:
    del lines[-1]


def _twice(lines: list[Any]) -> None:
    lines.append(lines[-1])


TAMPERED: dict[str, tuple[str, Callable[[list[Any]], Any], str]] = {
    "an event changed": ("events.jsonl", _first("role", "resident"), "figures"),
    "an event's time changed": ("events.jsonl", _first("at", "2012-06-30T00:00:00.000000Z"), "events"),
    "an event dropped": ("events.jsonl", _drop, "events"),
    "an event added": ("events.jsonl", _twice, "events"),
    "events reordered": ("events.jsonl", _swap, "events"),
    "a figure changed": ("figures.jsonl", _first("numerator", 1000), "figures"),
    "a figure's value changed": ("figures.jsonl", _first("value", "0.123456"), "figures"),
    "a figure dropped": ("figures.jsonl", _drop, "figures"),
    "a figure added": ("figures.jsonl", _twice, "figures"),
    "figures reordered": ("figures.jsonl", _swap, "figures"),
    "a rank changed": ("rankings.jsonl", _first("rank", 2), "rankings"),
    "a rank dropped": ("rankings.jsonl", _drop, "rankings"),
    "a seal changed": ("seals.jsonl", _first("seal", "0" * 64), "seals"),
    "a commitment changed": ("seals.jsonl", _first("commitments", ["0" * 64]), "seals"),
    "a seal dropped": ("seals.jsonl", _drop, "seals"),
    "a seal added": ("seals.jsonl", _twice, "seals"),
    "seals reordered": ("seals.jsonl", _swap, "seals"),
    "a leaf changed": ("log.jsonl", _first("seal", "0" * 64), "log"),
    "a leaf dropped": ("log.jsonl", _drop_last, "log"),
    "a leaf added": ("log.jsonl", _twice, "log"),
    "leaves reordered": ("log.jsonl", _swap, "log"),
}


@pytest.mark.parametrize(("name", "change", "check"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_changed_after_publication_is_found(
    folder: Path, name: str, change: Callable[[list[Any]], Any], check: str
) -> None:
    tamper(folder, name, change, sign=False)
    assert {"files", check} <= checks(folder)


@pytest.mark.parametrize(("name", "change", "check"), TAMPERED.values(), ids=TAMPERED)
def test_even_where_the_signer_signs_it_again(
    folder: Path, name: str, change: Callable[[list[Any]], Any], check: str
) -> None:
    tamper(folder, name, change, sign=True)
    found = checks(folder)
    assert "files" not in found
    assert check in found


def test_a_whole_case_that_was_dropped_changes_the_figures(folder: Path) -> None:
    tamper(folder, "events.jsonl", lambda lines: lines.__delitem__(slice(0, 8)), sign=True)
    assert checks(folder) >= {"figures"}


def test_another_signers_publication_is_known_by_its_key(folder: Path) -> None:
    assert checks(folder, key="ab" * 32) == {"key"}


def test_a_manifest_whose_parameters_were_changed_is_not_signed(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"working_days": 20', '"working_days": 10'))
    assert {"manifest", "figures"} <= checks(folder)


def test_a_head_that_nobody_signed_is_found(folder: Path) -> None:
    path = folder / "head.json"
    path.write_text(path.read_text().replace("2012-07-01", "2012-07-02"))
    write_manifest(folder)
    assert checks(folder) == {"head"}


def test_a_log_without_one_of_the_periods_seals_is_found(folder: Path, tmp_path: Path) -> None:
    other = publish(tmp_path / "other", [some_lives()[0]])
    content = (other / "log.jsonl").read_text()
    (folder / "log.jsonl").write_text(content)
    write_head(folder, [])
    write_manifest(folder)
    assert {"seals", "log"} <= checks(folder)


def test_an_entry_that_was_late_counts_for_nothing(tmp_path: Path) -> None:
    life = Life(1).classified().offered().answered().checked()
    life.then("record_satisfied", state="checked", late=True, facts={"resolved": True, "score": 5})
    totals = verify(publish(tmp_path / "late", [life])).totals
    assert (totals["resolution"].denominator, totals["completion"].numerator) == (0, 0)
    assert totals["resolution"].value is None


def test_a_suspended_case_is_not_past_its_due_time(tmp_path: Path) -> None:
    life = Life(1).classified().offered(due_in_h=1)
    life.then("work_order.signed", state="in_progress").then("work_order.suspended", state="suspended")
    assert verify(publish(tmp_path / "waits", [life])).totals["on_time"] == (0, 0)


def test_communities_with_equal_rates_share_a_rank_and_the_next_is_skipped(tmp_path: Path) -> None:
    lives = [
        Life(1).whole(),
        Life(2, begun={"community": "c02", "grid": "c02-g01"}).whole(),
    ]
    folder = publish(tmp_path / "equal", lives)
    ranks = (folder / "rankings.jsonl").read_text().splitlines()
    assert [line.count('"rank": 1') for line in ranks] == [1, 1, 1, 1]
    assert verify(folder).holds


def test_a_community_with_too_few_cases_has_no_rank(tmp_path: Path) -> None:
    folder = publish(tmp_path / "few", [Life(1).whole()], minimum_volume=2)
    assert (folder / "rankings.jsonl").read_text().count('"rank": null, "few": true') == 4
    assert verify(folder).holds


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"), [(1116, 1151, "0.969592"), (2, 3, "0.666667"), (1, 8, "0.125000")]
)
def test_a_value_is_rounded_half_up_to_six_places(numerator: int, denominator: int, value: str) -> None:
    assert Ratio(numerator, denominator).value == value


def test_the_command_says_what_it_found_and_ends_accordingly(folder: Path) -> None:
    run = CliRunner()
    good = run.invoke(main, ["publication", str(folder), "--key", PUBLIC])
    assert (good.exit_code, "✓" in good.output) == (0, True)
    tamper(folder, "figures.jsonl", _first("numerator", 70), sign=True)
    bad = run.invoke(main, ["publication", str(folder), "--json"])
    assert (bad.exit_code, '"holds": false' in bad.output) == (1, True)
    write_lines(folder / "events.jsonl", [{"number": "1"}])
    assert run.invoke(main, ["publication", str(folder)]).exit_code == 2
    (folder / "events.jsonl").write_text("no json\n")
    assert run.invoke(main, ["publication", str(folder)]).exit_code == 2
