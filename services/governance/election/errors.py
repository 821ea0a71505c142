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


class TooManyMandates(ElectionRefusal):
    """One elector holds as many mandates as the rule allows; `at_most` says how many."""

    code = "invalid"
