"""Why no code is sent, or nobody signed in by one. Pure."""

from chassis.refusal import Refusal


class WrongCode(Refusal):
    """The code is not the one that was sent, or was used, or is too old, or was tried too often.

    Which of them it is, and whether the phone is known at all, is not told.
    """

    code = "wrong_code"


class TooManyCodes(Refusal):
    """As many codes as a phone can ask for in a day; `retry_after_s` says when to ask again."""

    code = "too_many_requests"
