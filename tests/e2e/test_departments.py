"""A department is added to a district that runs, given other keys, and removed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from ops.broker_access import admits
from ops.cli import main
from ops.departments import settings_path
from ops.display import Display
from ops.enrolment import Enrolment
from ops.errors import Unready
from tests.e2e.district import PASSWORD, WORKER, a_report
from tests.support import clock

CODE, ZH, EN = "LYJ", "林业局", "Forestry"
OFFICER = "officer-lyj"


@pytest.fixture(scope="module")
def enrolment(district: Any) -> Enrolment:
    return Enrolment(district.cell, Display(quiet=True))


@pytest.fixture(scope="module")
def added(district: Any) -> Iterator[Any]:
    """The district with a department more, as an operator adds and removes one."""
    ran = _run(district, "add", CODE, "--zh", ZH, "--en", EN)
    assert ran.exit_code == 0, ran.output
    assert str(settings_path(district.cell, CODE)) in ran.output.replace("\n", "")
    yield district
    clock.drain(district)
    ran = _run(district, "remove", CODE, "--drop-queue")
    assert ran.exit_code == 0, ran.output


def test_an_added_department_is_designated_answers_and_has_an_officer(added: Any) -> None:
    case_id = _designated(added, CODE)
    added.handle(CODE, case_id)
    added.person(WORKER).case_when(case_id, "answered")
    assert _sign_in(added).status_code == 201


def test_to_add_it_again_changes_nothing(added: Any, enrolment: Enrolment) -> None:
    before = added.department(CODE), added.count("registry", "outbox")
    enrolment.add(CODE, zh=ZH, en=EN)
    assert (added.department(CODE), added.count("registry", "outbox")) == before
    listed = _listed(added)[CODE]
    assert (listed["name_zh"], listed["name_en"], listed["state"]) == (ZH, EN, "added")


def test_after_a_rotation_only_the_new_settings_are_good_for_anything(
    added: Any, enrolment: Enrolment
) -> None:
    old = added.department(CODE)
    case_id = _designated(added, CODE)
    enrolment.rotate(CODE)
    assert _orders(old) == 401
    assert not admits(old["QIAOTOU_AMQP_URI"])
    added.handle(CODE, case_id)
    assert settings_path(added.cell, CODE).stat().st_mode & 0o777 == 0o600


def test_after_removal_nobody_of_it_gets_in_and_what_waited_is_there_when_it_comes_back(
    added: Any, enrolment: Enrolment
) -> None:
    old, officer = added.department(CODE), _sign_in(added).json()["token"]
    case_id = _designated(added, CODE)
    clock.drain(added)

    kept = enrolment.remove(CODE, drop_queue=False)
    assert kept > 0
    assert _orders(old) == 401
    assert not admits(old["QIAOTOU_AMQP_URI"])
    assert _orders({**old, "QIAOTOU_TOKEN": officer}) == 401
    assert _sign_in(added).status_code == 401
    assert not settings_path(added.cell, CODE).exists()
    assert (_listed(added)[CODE]["state"], _listed(added)[CODE]["waiting"]) == ("removed", kept)
    with pytest.raises(Unready, match="no department"):
        enrolment.rotate(CODE)

    enrolment.add(CODE, zh=None, en=None)
    added.handle(CODE, case_id)
    assert _sign_in(added).status_code == 201
    assert not admits(old["QIAOTOU_AMQP_URI"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "lyj", "--zh", ZH, "--en", EN), "three to eight of A to Z"),
        (("add", "XXX"), "needs its names"),
        (("add", "XXX", "--zh", "\n", "--en", EN), "printable"),
        (("add", "CGJ", "--zh", ZH, "--en", EN), "district's own"),
        (("remove", "XXX"), "There is no department XXX"),
        (("rotate", "XXX"), "There is no department XXX"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    district: Any, arguments: tuple[str, ...], said: str
) -> None:
    before = _listed(district)
    ran = _run(district, *arguments)
    assert ran.exit_code == 1
    assert said in ran.output.replace("\n", " ")
    assert _listed(district) == before


def _designated(district: Any, code: str) -> str:
    """A case that a dispatcher has given to this department; return its id."""
    worker = district.person(WORKER)
    reported = worker.post("/cases", a_report(category=None, evidence=[worker.photo()]))
    assert reported.status_code == 201, reported.text
    case_id = str(reported.json()["case_id"])
    classified = district.person("dispatcher").post(
        f"/cases/{case_id}/classification", {"category": "0202", "lead": code}
    )
    assert classified.status_code == 200, classified.text
    return case_id


def _orders(settings: dict[str, str]) -> int:
    headers = {"Authorization": f"Bearer {settings['QIAOTOU_TOKEN']}"}
    url = f"{settings['QIAOTOU_API']}/api/v1/department/orders"
    return requests.get(url, headers=headers, timeout=60).status_code


def _sign_in(district: Any) -> requests.Response:
    return requests.post(
        f"{district.base}/api/v1/sessions", json={"login": OFFICER, "password": PASSWORD}, timeout=60
    )


def _listed(district: Any) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in json.loads(_run(district, "list", "--json").output)}


def _run(district: Any, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["department", "--cell", str(district.cell.folder), *arguments])
