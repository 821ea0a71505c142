"""What elections need of a vote's steps besides what every vote does. Pure."""

from contracts.commands.elections import ELECTING
from contracts.commands.rules import Subject
from services.governance.election.candidates import MOST_SEATS
from services.governance.election.errors import (
    NoCandidates,
    NoElection,
    NoRunOff,
    RunOffDiffers,
    RunOffExists,
    TooManySeats,
)
from services.governance.vote.facts import Facts


def seats_are_an_elections(facts: Facts) -> None:
    """An election, and nothing else, has one seat to nine. Raises: TooManySeats, NoElection."""
    if facts.subject is Subject.ELECTION:
        if facts.seats is None or not 1 <= facts.seats <= MOST_SEATS:
            raise TooManySeats(field="seats", at_most=MOST_SEATS)
    elif facts.seats is not None:
        raise NoElection(field="seats")


def runs_off_what_was_left(facts: Facts) -> None:
    """A run-off is for what an election has left, once. Raises: NoRunOff, RunOffDiffers, RunOffExists."""
    if facts.differs is not None:
        raise RunOffDiffers(field=facts.differs)
    if facts.subject is not Subject.RUN_OFF:
        return
    if facts.left is None:
        raise NoRunOff
    if facts.run_off_exists:
        raise RunOffExists


def is_an_election(facts: Facts) -> None:
    """Somebody is elected. Raises: NoElection."""
    if facts.subject not in ELECTING:
        raise NoElection("nobody stands in this vote")


def candidates_named(facts: Facts) -> None:
    """In an election it is known who stands. Raises: NoCandidates."""
    if facts.subject in ELECTING and not facts.options:
        raise NoCandidates
