"""The guards of the life-cycle: which row applies, and what a step needs. Pure.

A *choice* tells whether a row applies among those of one source and step; a *need* raises the
refusal that names what is not fulfilled.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from chassis.refusal import Invalid
from contracts.events.intake import Closure
from contracts.vocabulary import Evidence, Kind, MediaKind, Point, Role, Urgency
from services.intake.case.distance import distance_m
from services.intake.case.errors import (
    EvidenceMissing,
    HandlerMayNotCheck,
    MasterNotOpen,
    NotConfirmed,
    NotSmall,
    OccurredInFuture,
    ReporterUnknown,
    SameCase,
    TextTooLong,
    TextTooShort,
    TooFarAway,
    TooFewAttempts,
    TooLateToReopen,
    UnknownCategory,
    UnknownDepartment,
    UnknownGrid,
)
from services.intake.reference.values import Category, Grid, local_day

TEXT_MIN, TEXT_MAX = 10, 2000
SCORE_MIN, SCORE_MAX = 1, 5
REACH_M = 200.0
DISSATISFACTIONS_BEFORE_CONFERENCE = 2
ATTEMPTS, ATTEMPT_DAYS = 3, 2
REST = timedelta(days=15)
# What can be stood in front of, and so be shown.
VISIBLE_KINDS = frozenset({Kind.EVENT, Kind.COMPONENT})
# Whoever reported has nothing to add: was content, could not be asked, or saw it settled at once
# with the resident, whose confirmation is the satisfaction.
_NOTHING_TO_ADD = frozenset({Closure.SATISFIED, Closure.ANONYMOUS, Closure.SELF})


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the guards ask about; a decision fills what its step needs.

    `by` is who acts, as the table names it; `account` is who that is; `grid` and `category` are
    the mirror's; `place` is the case's point and `own_point` the grid worker's; `before` shows how
    it was where `evidence` shows how it is; `waits_since` and `due_at` are those of the state.
    """

    by: str
    now: datetime
    account: UUID | None = None
    grid: Grid | None = None
    category: Category | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    unknown_departments: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    text: str = ""
    evidence: tuple[Evidence, ...] = ()
    before: tuple[Evidence, ...] = ()
    confirmed: bool = False
    same_case: bool = False
    master_open: bool = False
    waits_since: datetime | None = None
    due_at: datetime | None = None
    attempts: tuple[datetime, ...] = ()
    place: Point | None = None
    own_point: Point | None = None
    handler_id: UUID | None = None
    anonymous: bool = False
    escalation: int = 0
    score: int = 0
    closure: Closure | None = None
    closed_at: datetime | None = None
    documents_present: bool = False


Choice = Callable[[Facts], bool]
Need = Callable[[Facts], None]


def always(_: Facts) -> bool:
    """There is one row for this source and step."""
    return True


def reporter_known(facts: Facts) -> bool:
    """Somebody can be asked."""
    return not facts.anonymous


def anonymous(facts: Facts) -> bool:
    """Nobody can be asked."""
    return facts.anonymous


def below_the_conference(facts: Facts) -> bool:
    """The first and the second dissatisfaction."""
    return facts.escalation < DISSATISFACTIONS_BEFORE_CONFERENCE


def due_for_the_conference(facts: Facts) -> bool:
    """The third dissatisfaction."""
    return facts.escalation >= DISSATISFACTIONS_BEFORE_CONFERENCE


def limit_passed(facts: Facts) -> bool:
    """The state's limit has run out."""
    return facts.due_at is not None and facts.now > facts.due_at


def rested(facts: Facts) -> bool:
    """Fifteen days have passed since closing."""
    return facts.closed_at is not None and facts.now - facts.closed_at >= REST


def settled(facts: Facts) -> bool:
    """The reporter was satisfied, or nobody can be asked, or fifteen days have passed."""
    return facts.closure in _NOTHING_TO_ADD or rested(facts)


def place_known(facts: Facts) -> None:
    """Raises: UnknownGrid."""
    if facts.grid is None:
        raise UnknownGrid


def not_in_future(facts: Facts) -> None:
    """Raises: OccurredInFuture."""
    if facts.occurred_at is None or facts.occurred_at > facts.now:
        raise OccurredInFuture


def said_enough(facts: Facts) -> None:
    """10 to 2,000 characters. Raises: TextTooShort, TextTooLong."""
    if len(facts.text) < TEXT_MIN:
        raise TextTooShort(minimum=TEXT_MIN)
    if len(facts.text) > TEXT_MAX:
        raise TextTooLong(maximum=TEXT_MAX)


def said_or_shown(facts: Facts) -> None:
    """An attachment, or 10 characters; 2,000 at most. Raises: TextTooShort, TextTooLong."""
    if not facts.evidence or len(facts.text) > TEXT_MAX:
        said_enough(facts)


def shown_by_grid_worker(facts: Facts) -> None:
    """A grid worker shows what is not urgent and can be seen. Raises: EvidenceMissing."""
    if facts.by != Role.GRID_WORKER or facts.kind not in VISIBLE_KINDS or facts.urgency is Urgency.URGENT:
        return
    if not any(each.kind in {MediaKind.PHOTO, MediaKind.VIDEO} for each in facts.evidence):
        raise EvidenceMissing(missing="photo_or_video")


def shown_before_and_after(facts: Facts) -> None:
    """Raises: EvidenceMissing."""
    if not _has_photo(facts.before):
        raise EvidenceMissing(missing="photo_before")
    if not _has_photo(facts.evidence):
        raise EvidenceMissing(missing="photo_after")


def confirmed(facts: Facts) -> None:
    """The resident says that it is settled. Raises: NotConfirmed."""
    if not facts.confirmed:
        raise NotConfirmed


def category_known(facts: Facts) -> None:
    """Raises: UnknownCategory."""
    if facts.category is None:
        raise UnknownCategory


def small(facts: Facts) -> None:
    """The category is of those that may be settled on the spot. Raises: NotSmall."""
    if facts.category is not None and not facts.category.small:
        raise NotSmall(category=facts.category.code)


def somebody_to_ask(facts: Facts) -> None:
    """Raises: ReporterUnknown."""
    if facts.anonymous:
        raise ReporterUnknown


def another_case(facts: Facts) -> None:
    """Raises: SameCase where a case is its own master."""
    if facts.same_case:
        raise SameCase


def master_open(facts: Facts) -> None:
    """Raises: MasterNotOpen."""
    if not facts.master_open:
        raise MasterNotOpen


def departments_known(facts: Facts) -> None:
    """The lead by the matrix or designated, and the co-handlers. Raises: UnknownDepartment."""
    if facts.unknown_departments:
        raise UnknownDepartment(department=facts.unknown_departments[0])


def not_the_handler(facts: Facts) -> None:
    """Raises: HandlerMayNotCheck."""
    if facts.account is not None and facts.account == facts.handler_id:
        raise HandlerMayNotCheck


def within_reach(facts: Facts) -> None:
    """Within 200 m of an event or component with a point. Raises: EvidenceMissing, TooFarAway."""
    if facts.kind not in VISIBLE_KINDS or facts.place is None:
        return
    if facts.own_point is None:
        raise EvidenceMissing(missing="point")
    if distance_m(facts.place, facts.own_point) > REACH_M:
        raise TooFarAway(reach_m=REACH_M)


def photo_of_visible(facts: Facts) -> None:
    """Events and components are shown as they are now. Raises: EvidenceMissing."""
    if facts.kind in VISIBLE_KINDS:
        photo(facts)


def photo(facts: Facts) -> None:
    """Raises: EvidenceMissing."""
    if not _has_photo(facts.evidence):
        raise EvidenceMissing(missing="photo")


def since_the_check(facts: Facts) -> None:
    """Nobody was visited before there was a visit to make. Raises: Invalid."""
    begun, at = facts.waits_since, facts.occurred_at
    if begun is None or at is None or at < begun:
        raise Invalid(field="at")


def tried_enough(facts: Facts) -> None:
    """Three attempts at different times, on two days of Asia/Shanghai. Raises: TooFewAttempts."""
    times = set(facts.attempts)
    if len(times) < ATTEMPTS or len(set(map(local_day, times))) < ATTEMPT_DAYS:
        raise TooFewAttempts(attempts=ATTEMPTS, days=ATTEMPT_DAYS)


def scored(facts: Facts) -> None:
    """Raises: Invalid where the score is not 1 to 5."""
    if not SCORE_MIN <= facts.score <= SCORE_MAX:
        raise Invalid(field="score")


def soon_after_closing(facts: Facts) -> None:
    """Fifteen days at most. Raises: TooLateToReopen."""
    if facts.closed_at is None or facts.now - facts.closed_at > REST:
        raise TooLateToReopen(days=REST.days)


def all_documents(facts: Facts) -> None:
    """Every entry of the case's life is at hand to be sealed. Raises: EvidenceMissing."""
    if not facts.documents_present:
        raise EvidenceMissing(missing="documents")


def _has_photo(evidence: tuple[Evidence, ...]) -> bool:
    return any(each.kind is MediaKind.PHOTO for each in evidence)
