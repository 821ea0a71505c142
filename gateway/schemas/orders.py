"""What the dispatcher decides about an order."""

from gateway.schemas.fields import Day, Strict, Text, code


class Redirection(Strict):
    """改派: whose task it is now."""

    department = code(required=True)


class WithReason(Strict):
    """A decision that needs its reason."""

    reason = Text(required=True, metadata={"description": "10 to 2,000 characters."})


class UntilReview(Strict):
    """准予挂起: when it is looked at again, thirty days ahead at most."""

    review_on = Day(required=True)
