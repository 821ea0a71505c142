"""Why nothing happens to a topic: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class TopicRefusal(Refusal):
    """The root of what is refused of a topic."""


class IllegalTransition(TopicRefusal):
    """This step is not possible in this state; `state` is `-` where there is no topic yet."""

    code = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class TopicExists(TopicRefusal):
    """A topic was raised under this id."""

    code = "conflict"


class UnknownTopic(TopicRefusal):
    """No topic was raised under this id, or none that the caller may see."""

    code = "not_found"


class UnknownCase(TopicRefusal):
    """No case of this id is one that the caller may promote."""

    code = "not_found"


class UnknownSubject(TopicRefusal):
    """The list has no such subject."""

    code = "unknown_subject"


class ListedSubject(TopicRefusal):
    """A subject that needs a hearing is not exchanged for one that needs none."""

    code = "hearing_required"


class HearingRequired(TopicRefusal):
    """A hearing comes before any decision on this topic."""

    code = "hearing_required"


class SupportedBefore(TopicRefusal):
    """One person signs once."""

    code = "supported_before"


class NotSupported(TopicRefusal):
    """There is no signature to take back."""

    code = "not_supported"
