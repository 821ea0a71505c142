"""Reading hearings for views: the SQL of the queries. Nothing is locked; what is public has no name in it."""

from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands import hearing_views as views
from contracts.commands.hearings import HearingState as State
from services.governance.decided_work import reads as work
from services.governance.hearing.hearing import Hearing, Registration
from services.governance.paging import Cursor, encode

_AFTER_SIGNING = frozenset(
    {
        State.MINUTES_SIGNED,
        State.REPORT_PUBLISHED,
        State.DISPATCHED,
        State.TO_ASSEMBLY,
        State.NO_ACTION,
        State.FOLLOW_UP,
        State.ARCHIVED,
    }
)
# What a view says in the hearing's own words.
_ALIKE = (
    "topic_id",
    "community",
    "title",
    "state",
    "sitting",
    "seats",
    "noticed_at",
    "held_at",
    "venue",
    "registration_until",
    "speech_minutes",
    "draw_source",
    "evidence",
    "report",
    "reason",
    "led_to",
)
_LINE = """
SELECT h.id AS hearing_id, h.topic_id, h.community, h.title, h.state, h.sitting, h.seats, h.noticed_at,
       h.held_at, h.venue, h.registration_until, h.drafted_at,
       (SELECT count(*) FROM hearing_registration r WHERE r.hearing_id = h.id) AS registered,
       (SELECT count(*) FROM hearing_registration r WHERE r.hearing_id = h.id AND r.present) AS present
FROM hearing h
"""
_PAGE = sa.text(f"""{_LINE}
WHERE (CAST(:community AS text) IS NULL OR h.community = :community)
  AND (h.noticed_at IS NOT NULL) = :published
  AND (CAST(:at AS timestamptz) IS NULL OR (h.drafted_at, h.id) < (:at, :id))
ORDER BY h.drafted_at DESC, h.id DESC LIMIT :limit
""")
_ONE = sa.text("SELECT * FROM hearing WHERE id = :id")
_REGISTRATIONS = sa.text("SELECT * FROM hearing_registration WHERE hearing_id = :id ORDER BY seat, id")


def page(
    connection: Connection, *, community: str | None, published: bool, behind: Cursor | None, limit: int
) -> views.HearingPage:
    """Return a page of hearings, newest first: of published ones, or of drafts."""
    given = {
        "community": community,
        "published": published,
        "at": None if behind is None else behind.at,
        "id": None if behind is None else behind.id,
        "limit": limit + 1,
    }
    rows = connection.execute(_PAGE, given).mappings().all()
    last = rows[limit - 1] if len(rows) > limit else None
    return views.HearingPage(
        items=tuple(msgspec.convert(row, views.HearingSummary) for row in rows[:limit]),
        next_cursor=None if last is None else encode(Cursor(last["drafted_at"], last["hearing_id"])),
    )


def one(connection: Connection, hearing_id: UUID) -> Hearing | None:
    """Return a hearing, published or not."""
    row = connection.execute(_ONE, {"id": hearing_id}).mappings().first()
    return None if row is None else msgspec.convert(row, Hearing)


def registrations(connection: Connection, hearing_id: UUID) -> tuple[Registration, ...]:
    """Return a hearing's registrations by seat, then those without."""
    rows = connection.execute(_REGISTRATIONS, {"id": hearing_id}).mappings()
    return tuple(msgspec.convert(row, Registration) for row in rows)


def view(connection: Connection, hearing: Hearing) -> views.HearingView:
    """Return a hearing as everybody sees it: by seats."""
    people = registrations(connection, hearing.id)
    seats = {each.id: each.seat or 0 for each in people}
    final = hearing.state in _AFTER_SIGNING
    return views.HearingView(
        hearing_id=hearing.id,
        registered=len(people),
        present=sum(each.present for each in people),
        panel=sum(each.seat is not None for each in people),
        signed=sum(each.signed is True for each in people),
        refused_to_sign=sum(each.signed is False for each in people),
        speeches=tuple(
            views.SpeechView(
                seat=seats[each.registration_id],
                side=each.side,
                asked_at=each.asked_at,
                started_at=each.started_at,
                ended_at=each.ended_at,
            )
            for each in hearing.speeches
        ),
        opinions=tuple(
            views.OpinionView(
                opinion_id=each.id,
                seat=seats[each.registration_id],
                side=each.side,
                text=each.text,
                answer=each.answer,
                reason=each.reason,
            )
            for each in hearing.opinions
        ),
        minutes=hearing.minutes if final else None,
        minutes_sha256=hearing.minutes_sha256 if final else None,
        follow_up=tuple(views.FollowUpNote(at=each.at, text=each.text) for each in hearing.notes),
        work=work.of(connection, [hearing.id]),
        **{name: getattr(hearing, name) for name in _ALIKE},
    )


def draw(connection: Connection, hearing: Hearing) -> views.Draw:
    """Return everything by which the draw is repeated."""
    people = registrations(connection, hearing.id)
    assert hearing.registration_until is not None, "it was noticed"
    return views.Draw(
        hearing_id=hearing.id,
        sitting=hearing.sitting,
        seats=hearing.seats,
        registration_until=hearing.registration_until,
        draw_source=hearing.draw_source,
        registrations=tuple(
            views.DrawnRegistration(id=each.id, capacity=each.capacity)
            for each in sorted(people, key=lambda each: str(each.id))
        ),
        public_value=hearing.public_value,
        seed=hearing.seed,
        panel=tuple(each.id for each in people if each.seat is not None),
    )
