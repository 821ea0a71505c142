"""Residents' hearings 居民听证会, as they are held: who comes, speaks and signs."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import hearings as asks
from contracts.commands.hearing_views import Registrations
from contracts.commands.hearings import HearingReceipt, RegistrationReceipt
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.routes import evidence
from gateway.routes.hearings import HEARING, STEP, take
from gateway.routes.steps import PHOTO, WORDS
from gateway.routing import Routes, answer
from gateway.schemas import hearings as schemas

routes = Routes("hearings_held", "Residents' hearings, as they are held.")

_WHOSE = {"registration_id": "0b9f7f0e-6f0e-5b0c-8f3e-0d6a1f0f7c11"}


@routes.get(f"{HEARING}/registrations", answer=Registrations, problems=("not_found",))
def hearing_registrations(hearing_id: UUID) -> Response:
    """Return your own registration with its code; to who runs the hearing all of them, without codes."""
    return answer(ask("governance", "hearing_registrations", result=Registrations, hearing_id=hearing_id))


@routes.post(
    f"{HEARING}/registrations",
    body=schemas.HearingRegistration(),
    answer=RegistrationReceipt,
    status=201,
    problems=(*STEP, *WORDS, "registration_over", "registered_before"),
    example={"capacity": "interested", "side": "for"},
)
def register_for_hearing(body: dict[str, Any], hearing_id: UUID) -> Response:
    """报名: register, once; the code in the answer opens the door. A clerk registers others by name."""
    command = command_id(principal().subject)
    registering = asks.RegisterForHearing(
        command_id=command,
        hearing_id=hearing_id,
        registration_id=made_by(command, "registration"),
        **body,
    )
    return answer(carry_out("governance", registering, result=RegistrationReceipt), status=201)


@routes.post(
    f"{HEARING}/check-ins",
    body=schemas.DoorCode(),
    answer=HearingReceipt,
    problems=STEP,
    example={"code": "K7QX2MRA"},
)
def check_in(body: dict[str, Any], hearing_id: UUID) -> Response:
    """签到: let somebody with a seat in by the code."""
    command = command_id(principal().subject)
    return take(asks.CheckIn(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/floor/requests",
    body=schemas.Speaker(),
    answer=HearingReceipt,
    problems=(*STEP, "not_present", "waits_already"),
    example=_WHOSE,
)
def ask_floor(body: dict[str, Any], hearing_id: UUID) -> Response:
    """申请发言: ask for the floor."""
    command = command_id(principal().subject)
    return take(asks.AskFloor(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/floor",
    body=schemas.Speaker(),
    answer=HearingReceipt,
    problems=(*STEP, "not_present", "floor_not_asked", "floor_taken", "other_side_waits"),
    example=_WHOSE,
)
def give_floor(body: dict[str, Any], hearing_id: UUID) -> Response:
    """请发言: give the floor; for and against take turns while both wait."""
    command = command_id(principal().subject)
    return take(asks.GiveFloor(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/evidence",
    body=schemas.HearingEvidence(),
    answer=HearingReceipt,
    problems=(*STEP, "not_present", "unknown_media"),
    example={"evidence": [PHOTO]},
)
def submit_evidence(body: dict[str, Any], hearing_id: UUID) -> Response:
    """提交材料: put files of your own before the hearing."""
    command = command_id(principal().subject)
    files = evidence.own(body["evidence"])
    return take(asks.SubmitEvidence(command_id=command, hearing_id=hearing_id, evidence=files))


@routes.post(
    f"{HEARING}/opinions",
    body=schemas.NewOpinion(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, "not_present", "signed_before"),
    example={**_WHOSE, "text": "赞成兴办, 但须保证居民通行。"},
)
def record_opinion(body: dict[str, Any], hearing_id: UUID) -> Response:
    """记录意见: keep what somebody has said, to be answered."""
    command = command_id(principal().subject)
    opinion = asks.RecordOpinion(
        command_id=command, hearing_id=hearing_id, opinion_id=made_by(command, "opinion"), **body
    )
    return take(opinion)


@routes.post(
    f"{HEARING}/minutes",
    body=schemas.Words(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, "signed_before"),
    example={"text": "二〇二六年三月二十日上午九时, 听证会在社区活动室举行。"},
)
def write_minutes(body: dict[str, Any], hearing_id: UUID) -> Response:
    """制作笔录: write the minutes, again until somebody has signed."""
    command = command_id(principal().subject)
    return take(asks.WriteMinutes(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/signatures",
    body=schemas.MinutesSignature(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, "not_present", "minutes_missing", "signed_before"),
    example={**_WHOSE, "signs": False, "reason": "笔录未写明本人关于消防通道的意见。"},
)
def sign_minutes(body: dict[str, Any], hearing_id: UUID) -> Response:
    """签署笔录: sign the minutes, or refuse to and say why; the refusal is recorded."""
    command = command_id(principal().subject)
    return take(asks.SignMinutes(command_id=command, hearing_id=hearing_id, **body))
