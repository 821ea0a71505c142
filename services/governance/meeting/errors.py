"""Why a conference does not do what is asked: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class MeetingRefusal(Refusal):
    """The root of what a conference refuses."""


class IllegalTransition(MeetingRefusal):
    """This step is not possible in this state; `state` is `-` where there is no item yet."""

    code = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class MeetingExists(MeetingRefusal):
    """A meeting was called under this id."""

    code = "conflict"


class ResolutionExists(MeetingRefusal):
    """A resolution was recorded under this id."""

    code = "conflict"


class UnknownItem(MeetingRefusal):
    """There is no such item on this meeting's agenda."""

    code = "not_found"


class UnknownMeeting(MeetingRefusal):
    """No meeting was called under this id."""

    code = "not_found"


class AlreadyResolved(MeetingRefusal):
    """The item has its resolution."""

    code = "already_resolved"


class UnknownDepartment(MeetingRefusal):
    """No department has this code."""

    code = "unknown_department"


class UnknownGrid(MeetingRefusal):
    """No grid of this code exists on this day."""

    code = "unknown_grid"


class UnknownCategory(MeetingRefusal):
    """No second-level category of this code is in force."""

    code = "unknown_category"


class DueBeforeMeeting(MeetingRefusal):
    """The lead department would have had to be done before the meeting."""

    code = "invalid"


class AttendanceTaken(MeetingRefusal):
    """Who was there is recorded once."""

    code = "conflict"


class AttendanceUnfit(MeetingRefusal):
    """More are there than there are, or nobody belongs to it; `field` names which."""

    code = "invalid"


class QuorumMissed(MeetingRefusal):
    """No more than half of the members are there: nothing is decided."""

    code = "quorum_missed"


class TextTooShort(MeetingRefusal):
    """It says too little; `field` names what, `at_least` how much is enough."""

    code = "text_too_short"


class TextTooLong(MeetingRefusal):
    """It says too much; `field` names what, `at_most` how much is allowed."""

    code = "text_too_long"


class TextUnfit(MeetingRefusal):
    """A text holds the null character, which PostgreSQL does not keep; `field` names which."""

    code = "invalid"
