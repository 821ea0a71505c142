import json
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest

from contracts.commands.dispatch import ContactRecord
from contracts.vocabulary import Evidence, MediaKind
from services.dispatch.work_order.errors import (
    ContactInvalid,
    EvidenceInvalid,
    TextTooLong,
    TextTooShort,
    TextUnfit,
)
from services.dispatch.work_order.result import Result, hand_in
from tests.unit.dispatch.builders import LEAD, NOW, TEXT, a_piece, a_result, an_id, an_order, handing_in


def handed_in(**changes: Any) -> Result:
    return hand_in(handing_in(an_order(), **changes), department=LEAD, by=None, now=NOW)


def test_the_hash_is_over_the_canonical_json_of_the_five_parts() -> None:
    order = an_order()
    result = a_result(order)
    parts = {
        "contact": {"at": "2026-03-02T01:30:00Z", "channel": "phone", "note": "已告知"},
        "evidence": [{"kind": "photo", "media_id": str(an_id("photo")), "sha256": "ab" * 32}],
        "order_id": str(order.id),
        "result_id": str(an_id("result")),
        "text": TEXT,
    }
    canonical = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert result.sha256 == sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"text": TEXT + "！"},
        {"result_id": an_id("another")},
        {"contact": ContactRecord(at=NOW, channel="door", note="已告知")},
        {"evidence": (a_piece("another"),)},
    ],
)
def test_the_hash_changes_with_every_part(change: dict[str, Any]) -> None:
    assert handed_in(**change).sha256 != handed_in().sha256


def test_the_hash_does_not_change_with_the_zone_of_the_contacts_time() -> None:
    here = NOW.astimezone(timezone(timedelta(hours=8)))
    contact = ContactRecord(at=here, channel="phone", note="已告知")
    assert handed_in(contact=contact).sha256 == handed_in().sha256


def test_blanks_around_the_text_do_not_count() -> None:
    with pytest.raises(TextTooShort):
        handed_in(text="  修好了   \n\n\n  ")
    assert handed_in(text=f" {TEXT}\n").text == TEXT


@pytest.mark.parametrize("length", [10, 5_000])
def test_a_text_of_the_least_and_of_the_greatest_length_is_taken(length: int) -> None:
    assert len(handed_in(text="好" * length).text) == length


def test_a_text_beyond_the_greatest_length_is_refused() -> None:
    with pytest.raises(TextTooLong):
        handed_in(text="好" * 5_001)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": TEXT + "\0"}, "text"),
        ({"contact": ContactRecord(at=NOW, channel="\0")}, "contact.channel"),
        ({"contact": ContactRecord(at=NOW, channel="phone", note="\0")}, "contact.note"),
    ],
)
def test_a_text_that_no_database_keeps_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(TextUnfit) as refused:
        handed_in(**change)
    assert refused.value.fields == {"field": field}


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (ContactRecord(at=NOW + timedelta(hours=1), channel="phone"), "contact.at"),
        (ContactRecord(at=datetime(2026, 3, 1), channel="phone"), "contact.at"),  # noqa: DTZ001 - the fault
        (ContactRecord(at=NOW, channel=" "), "contact.channel"),
        (ContactRecord(at=NOW, channel="p" * 41), "contact.channel"),
        (ContactRecord(at=NOW, channel="phone", note="好" * 1_001), "contact.note"),
    ],
)
def test_a_contact_record_that_is_not_right_is_refused(contact: ContactRecord, field: str) -> None:
    with pytest.raises(ContactInvalid) as refused:
        handed_in(contact=contact)
    assert refused.value.fields == {"field": field}


@pytest.mark.parametrize(
    "evidence",
    [
        (a_piece(), a_piece()),
        tuple(a_piece(f"photo {i}") for i in range(21)),
        (Evidence(media_id=an_id("photo"), sha256="AB" * 32, kind=MediaKind.PHOTO),),
        (Evidence(media_id=an_id("photo"), sha256="ab", kind=MediaKind.PHOTO),),
    ],
)
def test_evidence_that_is_not_named_rightly_is_refused(evidence: tuple[Evidence, ...]) -> None:
    with pytest.raises(EvidenceInvalid):
        handed_in(evidence=evidence)
