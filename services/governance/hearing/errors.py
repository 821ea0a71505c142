"""Why a hearing does not do what is asked: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class HearingRefusal(Refusal):
    """The root of what a hearing refuses."""


class IllegalTransition(HearingRefusal):
    """This step is not possible in this state; `state` is `-` where there is no hearing yet."""

    code = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class HearingExists(HearingRefusal):
    """A hearing was drafted under this id, or the topic has one that is under way."""

    code = "conflict"


class UnknownHearing(HearingRefusal):
    """There is no such hearing, or none that is published."""

    code = "not_found"


class UnknownRegistration(HearingRefusal):
    """Nobody is registered so, or nobody's seat has this code."""

    code = "not_found"


class UnknownOpinion(HearingRefusal):
    """No such opinion was recorded."""

    code = "not_found"


class TermUnfit(HearingRefusal):
    """A number or a time of the hearing is not one that can be; `field` names which."""

    code = "invalid"


class NoticeTooShort(HearingRefusal):
    """Between the notice and the hearing lie too few days; `at_least` says how many are enough."""

    code = "notice_too_short"


class RegistrationOver(HearingRefusal):
    """Who has not registered by then cannot any more."""

    code = "registration_over"


class RegistrationNotOver(HearingRefusal):
    """The draw comes after the last registration, so that nobody registers by its outcome."""

    code = "registration_not_over"


class RegisteredBefore(HearingRefusal):
    """One person registers once."""

    code = "registered_before"


class TooFewRepresentatives(HearingRefusal):
    """A third of the panel at least are interested parties or stand for the public."""

    code = "too_few_representatives"


class TooEarly(HearingRefusal):
    """It was announced for later."""

    code = "too_early"


class QuorumMissed(HearingRefusal):
    """Too few of the panel are there: the hearing can be adjourned. `present` and `panel` say how many."""

    code = "quorum_missed"


class NotPresent(HearingRefusal):
    """Who has no seat, or has not checked in, has no voice here."""

    code = "not_present"


class FloorTaken(HearingRefusal):
    """Somebody is speaking, within the time that is theirs."""

    code = "floor_taken"


class FloorFree(HearingRefusal):
    """Nobody is speaking."""

    code = "floor_free"


class AskedBefore(HearingRefusal):
    """Somebody waits for the floor already."""

    code = "waits_already"


class NotAsked(HearingRefusal):
    """Nobody gets the floor who has not asked for it."""

    code = "floor_not_asked"


class OtherSideWaits(HearingRefusal):
    """For and against take turns: the other side waits."""

    code = "other_side_waits"


class MinutesMissing(HearingRefusal):
    """There is nothing to sign yet."""

    code = "minutes_missing"


class SignedBefore(HearingRefusal):
    """Somebody has signed: neither the minutes nor a signature changes any more."""

    code = "signed_before"


class SignaturesMissing(HearingRefusal):
    """Everybody who was there signs, or refuses; `missing` counts those who did neither."""

    code = "signatures_missing"


class OpinionsUnanswered(HearingRefusal):
    """Every opinion is answered before the report; `unanswered` counts those that are not."""

    code = "opinions_unanswered"


class WorkNotDone(HearingRefusal):
    """What was dispatched is not done, or what went to the assembly not decided."""

    code = "work_not_done"
