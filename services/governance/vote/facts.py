"""What the guards of a vote's life are told. Pure."""

from collections.abc import Callable
from datetime import date, datetime

import msgspec

from contracts.commands.elections import RunOff
from contracts.commands.rules import DecisionRule, Outcome, Subject
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.roll.roll import Roll


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the guards ask about; a decision fills what its step needs.

    `by` is who acts, as the table names it; `on` is the day that the step speaks of, `today` the one it is in
    Shanghai; `difference` says what of the roll its entries do not bear out; `upheld_at` is when an objection
    to what the step builds on was last upheld. `left` is what the election before has left to a run-off,
    `differs` what of a run-off is not as it was there.
    """

    by: str
    now: datetime
    today: date
    on: date | None = None
    repeats: str | None = None
    seats: int | None = None
    left: RunOff | None = None
    differs: str | None = None
    run_off_exists: bool = False
    options: tuple[str, ...] = ()
    important: bool = False
    subject: Subject = Subject.QUESTION
    mode: BallotMode = BallotMode.OPEN
    roll_kind: RollKind | None = None
    rule: DecisionRule | None = None
    rule_in_force: bool = False
    roll: Roll | None = None
    difference: str | None = None
    entitlements: int = 0
    open_objections: int = 0
    answered: bool = False
    upheld_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extended_until: datetime | None = None
    quorum_met: bool = True
    outcome: Outcome | None = None
    counted_at: datetime | None = None
    published_at: datetime | None = None
    items: int = 0
    unknown_grids: tuple[str, ...] = ()
    unknown_categories: tuple[str, ...] = ()


Choice = Callable[[Facts], bool]
Need = Callable[[Facts], None]
