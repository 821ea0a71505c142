"""Why somebody does not stand, or does not vote in another's name: one class a cause. Pure."""

from chassis.refusal import Refusal


class ElectionRefusal(Refusal):
    """The root of what an election refuses."""


class TooFewCandidates(ElectionRefusal):
    """There are more candidates than seats (article 18); `at_least` says how many."""

    code = "invalid"


class TooManySeats(ElectionRefusal):
    """A committee has nine members at most (article 8), and an election a seat at least."""

    code = "invalid"


class NoElection(ElectionRefusal):
    """Candidates stand in an election or its run-off, and seats are an election's alone."""

    code = "invalid"


class NamedAlready(ElectionRefusal):
    """In a run-off those stand whom the election has left: nobody else is named."""

    code = "invalid"


class NoCandidates(ElectionRefusal):
    """Who stands is published before the notice."""

    code = "no_candidates"


class NoRunOff(ElectionRefusal):
    """A run-off is for the seats that an election has left, once its result is final."""

    code = "no_run_off"


class RunOffDiffers(ElectionRefusal):
    """A run-off is voted on where and by whom the election was; `field` says what differs."""

    code = "invalid"


class RunOffExists(ElectionRefusal):
    """The election's run-off is under way, or has been decided."""

    code = "conflict"


class CodeUnfit(ElectionRefusal):
    """A candidate's code is lower-case letters, digits and hyphens, twenty at most, and no answer."""

    code = "invalid"


class CandidateTwice(ElectionRefusal):
    """The same person, or the same code, stands twice."""

    code = "invalid"


class NotEligible(ElectionRefusal):
    """Who stands is on the roll of electors (article 16)."""

    code = "invalid"


class RunsTheElection(ElectionRefusal):
    """Who stands does not run the election (article 15)."""

    code = "invalid"


class TooFewNominators(ElectionRefusal):
    """Electors nominate together, ten at least (article 18)."""

    code = "invalid"


class NoMandates(ElectionRefusal):
    """This rule knows no vote in another's name: that of representatives, that of a meeting."""

    code = "invalid"


class NotWritten(ElectionRefusal):
    """A mandate is written: the SHA-256 of its scan is kept."""

    code = "invalid"


class HolderUnfit(ElectionRefusal):
    """A mandate is held by another elector of the same roll, who does not stand."""

    code = "invalid"


class MandateGiven(ElectionRefusal):
    """The elector has given a mandate to somebody."""

    code = "conflict"


class HoldsMandate(ElectionRefusal):
    """A candidate holds no mandate (article 19), and whoever holds one does not become a candidate."""

    code = "invalid"


class TooManyMandates(ElectionRefusal):
    """One elector holds as many mandates as the rule allows; `at_most` says how many."""

    code = "invalid"
