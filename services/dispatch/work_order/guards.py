"""What a step of a work order needs: one function a need. Pure.

A *choice* tells whether a row applies; a *need* raises the refusal that names what is not fulfilled.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from contracts.commands.dispatch import StatementKind
from contracts.vocabulary import Kind, MediaKind, Urgency
from services.dispatch.work_order import errors
from services.dispatch.work_order.party import PartState, RequestKind
from services.dispatch.work_order.result import Result
from services.dispatch.work_order.statement import Statement
from services.dispatch.work_order.wording import check_fit, check_length

LONGEST_SUSPENSION = timedelta(days=30)
NEEDED_EVIDENCE = {
    Kind.EVENT: MediaKind.PHOTO,
    Kind.COMPONENT: MediaKind.PHOTO,
    Kind.SERVICE: MediaKind.DOCUMENT,
    Kind.DISPUTE: MediaKind.DOCUMENT,
}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the guards look at; a decision fills what its step needs.

    `by` is who acts, as the table names it; `asking` the department that asks; `named` the one that
    is suggested, given the order or excused; `part` the state of the co-handler's part in question;
    `today` the district's day; `limit_days` the original limit in days of its own kind.
    """

    by: str
    order_id: UUID
    lead: str
    kind: Kind
    urgency: Urgency
    now: datetime | None = None
    asking: str = ""
    designated: bool = False
    returned_by: tuple[str, ...] = ()
    is_current: bool = True
    is_merged: bool = False
    named: str | None = None
    named_is_known: bool = True
    part: PartState | None = None
    other_parts_open: bool = False
    due_at: datetime | None = None
    limit_days: int = 0
    requested: RequestKind | None = None
    extension_asked: bool = False
    days: int = 0
    today: date | None = None
    review_on: date | None = None
    falls_due_at: datetime | None = None
    reason: str = ""
    result: Result | None = None
    result_sha256: str = ""
    statement: Statement | None = None
    statement_kind: StatementKind | None = None
    statement_id: UUID | None = None
    statement_sha256: str = ""


Choice = Callable[[Facts], bool]
Need = Callable[[Facts], None]


def always(_: Facts) -> bool:
    """Nothing but the state decides."""
    return True


def time_has_come(facts: Facts) -> bool:
    """The limit of the state has passed, or the day of review has begun."""
    return facts.falls_due_at is not None and facts.now is not None and facts.now > facts.falls_due_at


def by_the_lead(facts: Facts) -> None:
    """主办 alone may do this. Raises: NotTheLead."""
    if facts.asking != facts.lead:
        raise errors.NotTheLead


def by_a_co_handler(facts: Facts) -> None:
    """协办 alone may do this. Raises: NotACoHandler."""
    if facts.asking == facts.lead:
        raise errors.NotACoHandler


def part_open(facts: Facts) -> None:
    """The part in question is to be done yet. Raises: PartNotOpen."""
    if facts.part is not PartState.OPEN:
        raise errors.PartNotOpen(department=facts.named or facts.asking)


def no_part_open(facts: Facts) -> None:
    """Every co-handler has done its part or was excused. Raises: PartsOpen."""
    if facts.other_parts_open:
        raise errors.PartsOpen


def not_designated(facts: Facts) -> None:
    """Raises: Designated."""
    if facts.designated:
        raise errors.Designated


def not_returned_before(facts: Facts) -> None:
    """A department returns a case once. Raises: ReturnedBefore."""
    if facts.asking in facts.returned_by:
        raise errors.ReturnedBefore


def named_known(facts: Facts) -> None:
    """The department that is named exists. Raises: UnknownDepartment."""
    if facts.named is not None and not facts.named_is_known:
        raise errors.UnknownDepartment(department=facts.named)


def current(facts: Facts) -> None:
    """This is the case's newest order. Raises: NotCurrent."""
    if not facts.is_current:
        raise errors.NotCurrent


def not_merged(facts: Facts) -> None:
    """The case stands by itself. Raises: CaseIsMerged."""
    if facts.is_merged:
        raise errors.CaseIsMerged


def not_urgent(facts: Facts) -> None:
    """What is urgent is never extended. Raises: NeverExtended."""
    if facts.urgency is Urgency.URGENT:
        raise errors.NeverExtended


def no_extension_asked(facts: Facts) -> None:
    """Once an order, whatever the answer was. Raises: AskedBefore."""
    if facts.extension_asked:
        raise errors.AskedBefore


def nothing_requested(facts: Facts) -> None:
    """The dispatcher has nothing of this order to decide. Raises: AskedBefore."""
    if facts.requested is not None:
        raise errors.AskedBefore


def before_due(facts: Facts) -> None:
    """Raises: PastDue."""
    if facts.now is None or facts.due_at is None or facts.now > facts.due_at:
        raise errors.PastDue


def days_fit(facts: Facts) -> None:
    """From one day to as many as the original limit has. Raises: DaysInvalid, TooManyDays."""
    if facts.days < 1:
        raise errors.DaysInvalid(field="days")
    if facts.days > facts.limit_days:
        raise errors.TooManyDays(at_most=facts.limit_days)


def extension_requested(facts: Facts) -> None:
    """Raises: NotAsked."""
    if facts.requested is not RequestKind.EXTENSION:
        raise errors.NotAsked


def suspension_requested(facts: Facts) -> None:
    """Raises: NotAsked."""
    if facts.requested is not RequestKind.SUSPENSION:
        raise errors.NotAsked


def review_within_reach(facts: Facts) -> None:
    """From tomorrow to thirty days ahead. Raises: ReviewInvalid, ReviewTooFar."""
    if facts.review_on is None or facts.today is None or facts.review_on <= facts.today:
        raise errors.ReviewInvalid(field="review_on")
    last = facts.today + LONGEST_SUSPENSION
    if facts.review_on > last:
        raise errors.ReviewTooFar(at_most=last.isoformat())


def reason_given(facts: Facts) -> None:
    """10 to 2,000 characters. Raises: TextUnfit, TextTooShort, TextTooLong."""
    check_fit({"reason": facts.reason})
    check_length(facts.reason)


def statement_handed_in(facts: Facts) -> None:
    """The statement was handed in by the lead, for this order and this step.

    Raises: UnknownStatement, StatementDiffers where the hash is not the one that was answered.
    """
    stated = facts.statement
    wanted = (facts.order_id, facts.lead, facts.statement_kind)
    if stated is None or (stated.order_id, stated.department, stated.kind) != wanted:
        raise errors.UnknownStatement
    if stated.sha256 != facts.statement_sha256:
        raise errors.StatementDiffers


def statement_if_named(facts: Facts) -> None:
    """As `statement_handed_in`, where the department has more to say than the closed list."""
    if facts.statement_id is not None:
        statement_handed_in(facts)


def result_handed_in(facts: Facts) -> None:
    """The result, with its text and contact record, was handed in by who asks, for this order.

    Raises: UnknownResult, ResultDiffers where the hash is not the one that was answered.
    """
    result = facts.result
    if result is None or (result.order_id, result.department) != (facts.order_id, facts.asking):
        raise errors.UnknownResult
    if result.sha256 != facts.result_sha256:
        raise errors.ResultDiffers


def evidence_suffices(facts: Facts) -> None:
    """Kinds E and C are proved by a photo, kinds S and D by a document. Raises: EvidenceMissing."""
    needed = NEEDED_EVIDENCE[facts.kind]
    given = () if facts.result is None else facts.result.evidence
    if all(piece.kind is not needed for piece in given):
        raise errors.EvidenceMissing(f"kind {facts.kind} needs a {needed}", missing=needed.value)
