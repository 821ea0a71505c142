from datetime import timedelta
from typing import Any

import pytest

from contracts.commands.hearings import HearingState, PlainStep, RecordOpinion, Side, SignMinutes
from contracts.vocabulary import Evidence, MediaKind
from services.governance.hearing import errors, stages, taking_part
from services.governance.hearing.hearing import Hearing, Registration, Speech
from services.governance.meeting.errors import TextTooShort
from tests.unit.governance.builders import an_id
from tests.unit.governance.hearings import (
    IT,
    UNTIL,
    a_hearing,
    changed,
    facts,
    registering,
    somebody_registered,
    speeches_of,
)
from tests.unit.governance.neighbours import NOW

State = HearingState
PRO, OTHER_PRO = somebody_registered("pro"), somebody_registered("other", seat=2)
CON = somebody_registered("con", side=Side.AGAINST, seat=3)
NEITHER = somebody_registered("neither", side=Side.NEUTRAL, seat=4)
A_MINUTE = timedelta(minutes=1)


def asking(hearing: Hearing, *people: Registration) -> Hearing:
    for one in people:
        hearing = taking_part.ask_floor(hearing, facts(hearing, one=one))
    return hearing


def giving(hearing: Hearing, one: Registration, *, minutes: float) -> Hearing:
    return taking_part.give_floor(hearing, facts(hearing, one=one, now=NOW + minutes * A_MINUTE))


def ending(hearing: Hearing, *, minutes: float) -> Hearing:
    return stages.take(hearing, PlainStep.END_SPEECH, "", facts(hearing, now=NOW + minutes * A_MINUTE))


def test_one_person_registers_once_and_in_time() -> None:
    hearing = a_hearing(State.REGISTRATION)
    at_home: dict[str, Any] = {"account_id": an_id("resident"), "code": "CODE"}
    took = taking_part.register(hearing, registering(), facts(hearing), **at_home)
    assert (took.registration.account_id, took.registration.name) == (an_id("resident"), "")
    with pytest.raises(errors.RegisteredBefore):
        taking_part.register(hearing, registering(), facts(hearing, known=True), **at_home)
    with pytest.raises(errors.RegistrationOver):
        taking_part.register(hearing, registering(), facts(hearing, now=UNTIL), **at_home)


def test_at_the_window_one_is_registered_by_name_and_once() -> None:
    hearing = a_hearing(State.REGISTRATION)
    took = taking_part.register(hearing, registering(" 张三 "), facts(hearing), account_id=None, code="C")
    assert took.registration.name == "张三"
    with pytest.raises(errors.RegisteredBefore):
        taking_part.register(
            hearing, registering("张三"), facts(hearing, took.registration), account_id=None, code="D"
        )
    with pytest.raises(TextTooShort):
        taking_part.register(hearing, registering(" "), facts(hearing), account_id=None, code="D")


def test_a_code_lets_in_whoever_has_a_seat_and_nobody_else() -> None:
    hearing = a_hearing(State.CHECK_IN)
    outside = somebody_registered("outside", seat=None, present=False)
    seated = changed(PRO, present=False)
    at = facts(hearing, seated, outside)
    assert taking_part.check_in(hearing, " codepro ", at).registration.present
    for code in ("CODEOUTSIDE", "CODE", ""):
        with pytest.raises(errors.UnknownRegistration):
            taking_part.check_in(hearing, code, at)


@pytest.mark.parametrize("one", [None, changed(PRO, present=False), changed(PRO, seat=None)])
def test_who_is_not_there_has_no_voice(one: Registration | None) -> None:
    hearing = a_hearing(State.OPEN)
    with pytest.raises(errors.NotPresent):
        taking_part.ask_floor(hearing, facts(hearing, one=one))
    closed = a_hearing(State.CLOSED, minutes="笔录")
    with pytest.raises(errors.NotPresent):
        taking_part.sign(closed, signing(), facts(closed, one=one))


def test_the_floor_goes_to_who_has_asked_and_asks_once_at_a_time() -> None:
    hearing = asking(a_hearing(State.OPEN), PRO)
    with pytest.raises(errors.AskedBefore):
        asking(hearing, PRO)
    with pytest.raises(errors.NotAsked):
        giving(hearing, CON, minutes=0)
    spoken = ending(giving(hearing, PRO, minutes=0), minutes=2)
    assert speeches_of(asking(spoken, PRO)) == [(PRO.id, True, True), (PRO.id, False, False)]


def test_one_speaks_at_a_time_and_no_longer_than_the_limit() -> None:
    hearing = giving(asking(a_hearing(State.OPEN), PRO, CON), PRO, minutes=0)
    with pytest.raises(errors.FloorTaken):
        giving(hearing, CON, minutes=4.9)
    with pytest.raises(errors.FloorTaken):
        stages.take(hearing, PlainStep.CLOSE, "", facts(hearing, now=NOW + A_MINUTE))
    after = giving(hearing, CON, minutes=9)
    assert after.speeches[0].ended_at == NOW + 5 * A_MINUTE
    closed = stages.take(after, PlainStep.CLOSE, "", facts(after, now=NOW + 20 * A_MINUTE))
    assert closed.speeches[1].ended_at == NOW + 14 * A_MINUTE
    with pytest.raises(errors.FloorFree):
        ending(a_hearing(State.OPEN), minutes=0)


def test_for_and_against_take_turns_while_both_wait() -> None:
    hearing = asking(a_hearing(State.OPEN), PRO, OTHER_PRO, CON)
    hearing = ending(giving(hearing, PRO, minutes=0), minutes=1)
    with pytest.raises(errors.OtherSideWaits) as refused:
        giving(hearing, OTHER_PRO, minutes=2)
    assert refused.value.fields == {"side": "against"}
    hearing = ending(giving(hearing, CON, minutes=2), minutes=3)
    assert giving(hearing, OTHER_PRO, minutes=4).speeches[1].started_at == NOW + 4 * A_MINUTE


def test_a_side_goes_on_where_nobody_of_the_other_waits() -> None:
    hearing = asking(a_hearing(State.OPEN), PRO, OTHER_PRO)
    hearing = ending(giving(hearing, PRO, minutes=0), minutes=1)
    assert speeches_of(giving(hearing, OTHER_PRO, minutes=2))[1] == (OTHER_PRO.id, True, False)


def test_who_is_neutral_neither_takes_a_turn_nor_gives_one_away() -> None:
    hearing = asking(a_hearing(State.OPEN), PRO, OTHER_PRO, NEITHER, CON)
    hearing = ending(giving(hearing, PRO, minutes=0), minutes=1)
    hearing = ending(giving(hearing, NEITHER, minutes=1), minutes=2)
    with pytest.raises(errors.OtherSideWaits):
        giving(hearing, OTHER_PRO, minutes=2)


def signing(*, signs: bool = True, reason: str = "") -> SignMinutes:
    return SignMinutes(**IT, registration_id=PRO.id, signs=signs, reason=reason)


def test_minutes_are_signed_once_and_do_not_change_afterwards() -> None:
    hearing = a_hearing(State.CLOSED)
    with pytest.raises(errors.MinutesMissing):
        taking_part.sign(hearing, signing(), facts(hearing, PRO, one=PRO))
    written = stages.write_minutes(hearing, "听证会笔录", facts(hearing, PRO))
    signed = taking_part.sign(written, signing(), facts(written, PRO, one=PRO)).registration
    assert signed.signed
    at = facts(written, signed, one=signed)
    with pytest.raises(errors.SignedBefore):
        taking_part.sign(written, signing(), at)
    with pytest.raises(errors.SignedBefore):
        stages.write_minutes(written, "另一份笔录", at)
    with pytest.raises(errors.SignedBefore):
        taking_part.record_opinion(written, opinion(), at)


def test_a_refusal_to_sign_is_recorded_with_its_reason() -> None:
    hearing = a_hearing(State.CLOSED, minutes="听证会笔录")
    with pytest.raises(TextTooShort):
        taking_part.sign(hearing, signing(signs=False), facts(hearing, PRO, one=PRO))
    refused = signing(signs=False, reason="笔录不全")
    took = taking_part.sign(hearing, refused, facts(hearing, PRO, one=PRO)).registration
    assert (took.signed, took.refusal) == (False, "笔录不全")


def test_the_minutes_are_complete_when_everybody_has_signed_or_refused() -> None:
    hearing = a_hearing(State.CLOSED, minutes="听证会笔录")
    away = changed(CON, present=False)
    with pytest.raises(errors.SignaturesMissing) as refused:
        stages.take(hearing, PlainStep.COMPLETE_MINUTES, "", facts(hearing, PRO, OTHER_PRO, away))
    assert refused.value.fields == {"missing": 2}
    everybody = (changed(PRO, signed=True), changed(OTHER_PRO, signed=False), away)
    complete = stages.take(hearing, PlainStep.COMPLETE_MINUTES, "", facts(hearing, *everybody))
    assert complete.state is State.MINUTES_SIGNED
    without = a_hearing(State.CLOSED)
    with pytest.raises(errors.MinutesMissing):
        stages.take(without, PlainStep.COMPLETE_MINUTES, "", facts(without, *everybody))


def opinion(name: str = "opinion", text: str = "赞成兴办") -> RecordOpinion:
    return RecordOpinion(**IT, opinion_id=an_id(name), registration_id=PRO.id, text=text)


def test_an_opinion_is_recorded_once_under_its_side() -> None:
    hearing = a_hearing(State.OPEN)
    recorded = taking_part.record_opinion(hearing, opinion(), facts(hearing, PRO, one=PRO))
    assert [(each.side, each.text) for each in recorded.opinions] == [(Side.FOR, "赞成兴办")]
    with pytest.raises(errors.TermUnfit):
        taking_part.record_opinion(recorded, opinion(), facts(recorded, PRO, one=PRO))


def test_evidence_is_taken_once_a_file_and_not_without_end() -> None:
    def files(numbers: range) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(media_id=an_id(f"file {n}"), sha256="a" * 64, kind=MediaKind.PHOTO) for n in numbers
        )

    hearing = a_hearing(State.OPEN)
    submitted = taking_part.submit_evidence(hearing, files(range(100)), facts(hearing))
    assert (
        taking_part.submit_evidence(submitted, files(range(1)), facts(submitted)).evidence
        == submitted.evidence
    )
    for more in (files(range(101)), ()):
        with pytest.raises(errors.TermUnfit):
            taking_part.submit_evidence(hearing, more, facts(hearing))


def test_who_was_given_the_floor_twice_speaks_under_the_second_request() -> None:
    done = Speech(registration_id=PRO.id, side=Side.FOR, asked_at=NOW, started_at=NOW, ended_at=NOW)
    hearing = asking(a_hearing(State.OPEN, speeches=(done,)), PRO)
    given = giving(hearing, PRO, minutes=1)
    assert [each.started_at for each in given.speeches] == [NOW, NOW + A_MINUTE]
