"""Counting ballots: whole numbers, once in heads and once in area. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from services.governance.vote.ballot import Ballot


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind something: ballots, and their area in 0.01 m2 (zero where areas do not weigh)."""

    heads: int = 0
    area_hundredths_m2: int = 0

    def and_one(self, ballot: Ballot) -> "Total":
        """Return it with one more ballot."""
        return Total(
            heads=self.heads + 1, area_hundredths_m2=self.area_hundredths_m2 + ballot.area_hundredths_m2
        )

    def and_all(self, other: "Total") -> "Total":
        """Return both together."""
        return Total(
            heads=self.heads + other.heads,
            area_hundredths_m2=self.area_hundredths_m2 + other.area_hundredths_m2,
        )


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The count: all ballots, those of each option in the options' order, those that chose nothing valid."""

    all: Total
    options: dict[str, Total]
    invalid: Total


def tally(ballots: Iterable[Ballot], options: Sequence[str]) -> Tally:
    """Count. Raises: KeyError where a ballot chooses what is no option, which casting has refused."""
    whole, invalid = Total(), Total()
    by_option = dict.fromkeys(options, Total())
    for ballot in ballots:
        whole = whole.and_one(ballot)
        for option in ballot.choice:
            by_option[option] = by_option[option].and_one(ballot)
        if not ballot.choice:
            invalid = invalid.and_one(ballot)
    return Tally(all=whole, options=by_option, invalid=invalid)
