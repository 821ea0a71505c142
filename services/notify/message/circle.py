"""Who stands behind a case: what notify remembers of its reporter and its supporters. Pure."""

from typing import NamedTuple
from uuid import UUID

from contracts.events import intake
from contracts.events.intake import CaseEvent


class Circle(NamedTuple):
    """The reporter of a case, None where it is anonymous, and who supports it 附议人 since a merger."""

    reporter: UUID | None = None
    supporters: tuple[UUID, ...] = ()

    def joined_by(self, other: "Circle") -> "Circle":
        """Return the circle of a case that another one was merged into."""
        came = ((other.reporter,) if other.reporter is not None else ()) + other.supporters
        new = tuple(dict.fromkeys(each for each in came if each not in (self.reporter, *self.supporters)))
        return Circle(self.reporter, self.supporters + new)


NOBODY = Circle()
BEGINNINGS = (intake.CaseReported, intake.CaseSettled)


def begins(event: CaseEvent) -> Circle | None:
    """Return the circle that a case begins with, None where this is no beginning."""
    return Circle(event.reporter_id) if isinstance(event, BEGINNINGS) else None
