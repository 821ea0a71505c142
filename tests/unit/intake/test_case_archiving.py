import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from chassis.refusal import Forbidden, StaleVersion
from contracts.commands.case_views import TimelineEntry
from contracts.events.dispatch import WorkOrderCompleted, WorkOrderOffered, WorkOrderSigned
from contracts.events.intake import CaseArchived, Closure
from services.intake.case import archiving, checking, heard, visiting
from services.intake.case.case import Case, Decided, Entry
from services.intake.case.errors import EvidenceMissing, IllegalTransition
from services.intake.case.guards import REST
from services.intake.case.lifecycle import State
from services.intake.case.seal import (
    commitments_to,
    entry_document,
    evidence_document,
    seal_over,
    text_document,
)
from tests.unit.intake.builders import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    NOW,
    WORKER,
    a_case,
    a_check,
    a_fact,
    a_good_answer,
    a_photo,
    reported,
)

SALT = bytes(range(32))
WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


def a_closed_case() -> tuple[Case, tuple[Entry, ...]]:
    decided = reported(evidence=(a_photo(),))
    entries = list(decided.entries)

    def then(step: Decided) -> Case:
        entries.extend(step.entries)
        return step.case

    case = decided.case
    for kind in (WorkOrderOffered, WorkOrderSigned, WorkOrderCompleted):
        case = then(heard.order_moved(case, a_fact(kind, case), now=NOW))
    case = then(checking.pass_check(case, a_check(point=None), WORKER, now=NOW))
    case = then(visiting.record_satisfied(case, a_good_answer(), CLERK, now=NOW))
    return case, tuple(entries)


CLOSED, LIFE = a_closed_case()


def archive(case: Case = CLOSED, life: tuple[Entry, ...] = LIFE, **fields: Any) -> Decided:
    asked = {"principal": ARCHIVIST, "expected_version": None, "salt": SALT, "now": NOW} | fields
    return archiving.archive(case, life, **asked)


def resting(closure: Closure) -> tuple[Case, tuple[Entry, ...]]:
    return msgspec.structs.replace(CLOSED, closure=closure), LIFE


def test_the_archivist_seals_what_a_satisfied_reporter_closed() -> None:
    decided = archive()
    assert decided.case.state is State.ARCHIVED
    assert decided.case.archived_at == NOW
    assert decided.seal is not None
    (event,) = decided.events
    assert isinstance(event, CaseArchived)
    assert event.seal == decided.seal.seal == decided.case.seal
    assert decided.entries[0].detail == {"seal": event.seal}


def test_what_the_conference_closed_rests_for_fifteen_days() -> None:
    case, life = resting(Closure.CONFERENCE)
    with pytest.raises(IllegalTransition):
        archive(case, life, now=NOW + REST - timedelta(seconds=1))
    assert archive(case, life, now=NOW + REST).case.state is State.ARCHIVED


def test_what_nobody_can_be_asked_about_is_archived_at_once() -> None:
    assert archive(*resting(Closure.ANONYMOUS)).case.state is State.ARCHIVED


def test_time_archives_after_fifteen_days_and_not_before() -> None:
    for closure in Closure:
        case, life = resting(closure)
        assert archiving.archive_rested(case, life, salt=SALT, now=NOW + REST - timedelta(seconds=1)) is None
        decided = archiving.archive_rested(case, life, salt=SALT, now=NOW + REST)
        assert decided is not None
        assert decided.entries[0].role == "system"


def test_only_the_archivist_archives_and_only_what_has_been_seen() -> None:
    with pytest.raises(Forbidden):
        archive(principal=DISPATCHER)
    with pytest.raises(StaleVersion):
        archive(expected_version=CLOSED.version - 1)


def test_a_life_with_a_line_missing_is_not_sealed() -> None:
    for life in (LIFE[1:], LIFE[:-1], (*LIFE[:2], *LIFE[3:]), ()):
        with pytest.raises(EvidenceMissing):
            archive(CLOSED, life)


# The seal, recomputed here by the rule as it is written, with a general canonicaliser.


def written_rule(case: Case, life: tuple[Entry, ...], salt: bytes) -> tuple[list[str], str]:
    documents: list[dict[str, Any]] = [{"document": "text", "text": case.text}]
    documents += [
        {
            "document": "evidence",
            "media_id": str(each.media_id),
            "sha256": each.sha256,
            "kind": str(each.kind),
        }
        for each in case.documents
    ]
    documents += [{"document": "entry", **msgspec.to_builtins(entry.shown())} for entry in life]
    commitments = [
        sha256(
            hmac.new(salt, number.to_bytes(8, "big"), "sha256").digest() + rfc8785.dumps(document)
        ).hexdigest()
        for number, document in enumerate(documents)
    ]
    body = {"case_id": str(case.case_id), "number": case.number, "commitments": commitments}
    return commitments, sha256(b"\0" + rfc8785.dumps(body)).hexdigest()


def test_the_seal_is_what_the_rule_says() -> None:
    seal = archive().seal
    assert seal is not None
    commitments, over = written_rule(CLOSED, LIFE, SALT)
    assert list(seal.commitments) == commitments
    assert seal.seal == over
    assert len(commitments) == 1 + 3 + len(LIFE)


@given(
    text=WORDS,
    detail=st.dictionaries(st.sampled_from(["reason", "lead", "channel"]), WORDS),
    late=st.booleans(),
)
def test_whatever_is_written_is_sealed_in_its_canonical_form(
    text: str, detail: dict[str, str], *, late: bool
) -> None:
    entry = msgspec.structs.replace(LIFE[0], detail=detail, late=late)
    assert text_document(text) == rfc8785.dumps({"document": "text", "text": text})
    shown = msgspec.to_builtins(entry.shown())
    assert entry_document(entry.shown()) == rfc8785.dumps({"document": "entry", **shown})


@given(changed=st.sampled_from(range(11)), salt=st.binary(min_size=32, max_size=32))
def test_a_change_anywhere_breaks_one_commitment_and_the_seal(changed: int, salt: bytes) -> None:
    documents = [
        text_document(CLOSED.text),
        *map(evidence_document, CLOSED.documents),
        *(entry_document(entry.shown()) for entry in LIFE),
    ]
    assert len(documents) == 11
    before = commitments_to(salt, documents)
    documents[changed] += b" "
    after = commitments_to(salt, documents)
    assert [i for i, (one, other) in enumerate(zip(before, after, strict=True)) if one != other] == [changed]
    assert seal_over(CLOSED.case_id, CLOSED.number, before) != seal_over(CLOSED.case_id, CLOSED.number, after)


def test_equal_documents_have_unequal_commitments() -> None:
    one, other = commitments_to(SALT, [b"same", b"same"])
    assert one != other
    assert commitments_to(bytes(32), [b"same"])[0] != one


def test_all_that_a_reader_sees_of_an_entry_is_sealed() -> None:
    sealed = msgspec.json.decode(entry_document(LIFE[0].shown()))
    assert set(sealed) == {"document", *TimelineEntry.__struct_fields__}


def test_an_unclosed_case_is_not_archived() -> None:
    with pytest.raises(IllegalTransition):
        archive(a_case(state=State.CHECKED, version=len(LIFE)))
