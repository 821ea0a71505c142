from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.principal import Principal
from contracts.commands.intake import CaseReceipt
from contracts.events.dispatch import (
    WorkOrderOffered,
    WorkOrderSigned,
)
from contracts.events.governance import ResolutionCertified
from services.intake.case import queries
from tests.integration.intake.district import (
    DISPATCHER,
    WORKER,
    a_bad_answer,
    a_check,
    a_completion,
    an_order,
    receipt,
)
from tests.integration.intake.running import Intake


def a_certification(**fields: Any) -> tuple[str, ResolutionCertified]:
    given: dict[str, Any] = {
        "resolution_id": uuid4(),
        "meeting_id": uuid4(),
        "case_id": uuid4(),
        "grid": "c01-g01",
        "category": "0202",
        "owner_id": uuid4(),
        "at": datetime.now(UTC),
    }
    fact = ResolutionCertified(**(given | fields))
    return str(fact.resolution_id), fact


def test_a_certified_resolution_becomes_a_case_once(intake: Intake) -> None:
    subject, fact = a_certification()
    intake.tell("governance", (subject, fact))
    view = queries.get_case(intake.database, DISPATCHER, fact.case_id)
    assert (view.state, view.lead, view.channel, view.number[-6:]) == (
        "classified",
        "CGJ",
        "meeting",
        "000001",
    )
    assert str(fact.resolution_id) in view.text
    intake.tell("governance", (subject, fact))
    entries = queries.case_timeline(intake.database, DISPATCHER, fact.case_id).entries
    assert [(entry.step, entry.late) for entry in entries] == [
        ("resolution.certified", False),
        ("classify", False),
        ("resolution.certified", True),
    ]
    assert [event.type.split(".")[2] for event in intake.emitted(fact.case_id)] == ["reported", "classified"]


@pytest.mark.parametrize("named", [{"grid": "c09-g01"}, {"category": "0999"}, {"grid": "\0"}])
def test_a_resolution_that_names_what_is_not_known_is_parked_and_holds_up_no_other(
    intake: Intake, named: dict[str, str]
) -> None:
    good, bad = a_certification(), a_certification(**named)
    intake.tell("governance", bad, good)
    ((reason,),) = intake.rows("SELECT reason FROM inbox_parked")
    assert "UnknownPlace" in reason
    assert intake.rows("SELECT case_id, number FROM cases")[0][0] == good[1].case_id
    assert len(intake.rows("SELECT 1 FROM cases")) == 1


def test_the_owner_of_a_resolution_is_asked_how_it_went(intake: Intake) -> None:
    subject, fact = a_certification()
    intake.tell("governance", (subject, fact))
    order_id = uuid4()
    case = CaseReceipt(case_id=fact.case_id, number="n", state="", cycle=1, version=1)
    intake.tell(
        "dispatch",
        an_order(WorkOrderOffered, case, order_id),
        an_order(WorkOrderSigned, case, order_id),
        a_completion(case, order_id),
    )
    (checked,) = intake.ask((a_check(case), WORKER))
    assert receipt(checked).state == "checked"
    owner = Principal(subject=str(fact.owner_id), roles=frozenset({"dispatcher"}))
    (again,) = intake.ask((a_bad_answer(case), owner))
    assert receipt(again).state == "classified"
