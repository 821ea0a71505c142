"""One order, as the department's handler meets it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from qiaotou_department import standing, statements
from qiaotou_department.api import Api
from qiaotou_department.errors import Refused
from qiaotou_department.messages import LEAD, Answer, Message, Offer
from qiaotou_department.receipts import Receipt
from qiaotou_department.results import Contact, Files, hand_in
from qiaotou_department.sender import Sender
from qiaotou_department.standing import Reached


class Voice(Protocol):
    """What an order needs of the bus: to say something and to hear whether it was carried out."""

    def ask(self, message: Message, *, reached: Callable[[], bool]) -> Answer:
        """Publish and wait for the answer. `reached` looks whether the step has been taken."""


@dataclass(frozen=True)
class Photo:
    """A photo of the report; its bytes are fetched when they are asked for."""

    media_id: UUID
    order_id: UUID
    api: Api

    def content(self) -> bytes:
        """Return the picture."""
        return self.api.media(self.order_id, self.media_id)

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file."""
        target = Path(path)
        target.write_bytes(self.content())
        return target


class Order:
    """An order for this department. A step that is repeated with the same content has the same id."""

    def __init__(self, offer: Offer, *, department: str, api: Api, voice: Voice) -> None:
        self.offer = offer
        self._department = department
        self._api = api
        self._voice = voice
        self._state, self._due_at = offer.state, offer.due_at
        self._sender = Sender(
            department=department,
            order_id=offer.order_id,
            case_id=offer.case_id,
            correlation_id=offer.correlation_id,
        )

    @property
    def id(self) -> UUID:
        """The order's id."""
        return self.offer.order_id

    @property
    def number(self) -> str:
        """The case's number, as a person says it."""
        return self.offer.number

    @property
    def category(self) -> str:
        """The second-level category, e.g. 0202."""
        return self.offer.category

    @property
    def is_lead(self) -> bool:
        """Whether we are the lead 主办 and not a co-handler 协办."""
        return self.offer.part == LEAD

    @property
    def designated(self) -> bool:
        """Whether we were designated 指定主办: then it cannot be returned."""
        return self.offer.designated

    @property
    def due_at(self) -> datetime | None:
        """When our part is due, as we heard last; aware. None while the clock stands."""
        return self._due_at

    @property
    def state(self) -> str:
        """Where it stands, as we heard last: by the offer, by an answer, or by `details`."""
        return self._state

    def details(self) -> dict[str, Any]:
        """Return the order as it stands, with the report under `case`: its text, address and evidence.

        `case` is None once the case has gone to another department.
        """
        found = self._api.order(self.id)
        self._state = found["state"]
        self._due_at = standing.due_of(found)
        return found

    @cached_property
    def photos(self) -> tuple[Photo, ...]:
        """The photos of the report."""
        case = self.details().get("case") or {"evidence": ()}
        pieces = [piece for piece in case["evidence"] if piece["kind"] == "photo"]
        return tuple(Photo(UUID(piece["media_id"]), self.id, self._api) for piece in pieces)

    def sign(self) -> None:
        """签收: take the order on. Raises: Refused, NoAnswer."""
        if standing.signed({"state": self._state}):
            return
        self._step(self._sender.sign(), reached=standing.signed)

    def return_(self, *, reason: str, legal_basis: str, suggested: str | None = None) -> None:
        """退回: it is not ours. Only before it is signed, and once for a case.

        `reason` has 10 to 2,000 characters; `legal_basis` 职责依据 says by what rule it is not our task;
        `suggested` is the code of the department whose it is. Raises: Refused, NoAnswer, ApiProblem.
        """
        statement = statements.state(self._api, self.id, kind="return", text=reason, legal_basis=legal_basis)
        self._step(self._sender.return_(statement, suggested=suggested), reached=standing.returned)

    def ask_extension(self, *, days: int, reason: str, attempt: int = 1) -> None:
        """申请延期 by so many days of the limit's own kind; the dispatcher decides, see `on_change`.

        Once in a cycle, before it is due, never for an urgent order. `reason` has 10 to 2,000 characters.
        Raises: Refused, NoAnswer, ApiProblem.
        """
        statement = statements.state(self._api, self.id, kind="extension", text=reason)
        message = self._sender.ask_extension(statement, days=days, state=self._state, attempt=attempt)
        reached = standing.extension_asked(days, due_at=self._due_at)
        self._step(message, reached=reached, even_if_refused=False)

    def ask_suspension(self, *, reason: str, until: date, text: str | None = None, attempt: int = 1) -> None:
        """申请挂起: the clock is to stand until a day at the latest; the dispatcher decides, see `on_change`.

        `reason` is season, court, hearing, budget or third_party; `text` says more, where there is more to
        say. After a denial the same request is another one only with another `attempt`.
        Raises: Refused, NoAnswer, ApiProblem.
        """
        statement = (
            None if text is None else statements.state(self._api, self.id, kind="suspension", text=text)
        )
        message = self._sender.ask_suspension(
            statement, reason=reason, until=until, state=self._state, attempt=attempt
        )
        self._step(message, reached=standing.suspension_asked(reason, until), even_if_refused=False)

    def complete_part(
        self, *, text: str, photos: Files = (), papers: Files = (), contact: Contact | None = None
    ) -> None:
        """协办办结: a co-handler's part is done; as `complete`. Raises: Refused, NoAnswer, ApiProblem."""
        done = standing.part_done(self._department)
        found = self.details()
        if done(found):
            return
        result = self._hand_in(text=text, photos=photos, papers=papers, contact=contact)
        self._step(self._sender.complete_part(result, version=found["version"]), reached=done)

    def complete(
        self, *, text: str, photos: Files = (), papers: Files = (), contact: Contact | None = None
    ) -> None:
        """办结: upload the files, hand in the result and complete. Raises: Refused, NoAnswer, ApiProblem."""
        found = self.details()
        if standing.completed(found):
            return
        result = self._hand_in(text=text, photos=photos, papers=papers, contact=contact)
        self._step(self._sender.complete(result, version=found["version"]), reached=standing.completed)

    def _hand_in(self, *, text: str, photos: Files, papers: Files, contact: Contact | None) -> Receipt:
        return hand_in(
            self._api, self.id, text=text, photos=photos, papers=papers, contact=contact or Contact()
        )

    def _step(self, message: Message, *, reached: Reached, even_if_refused: bool = True) -> None:
        answer = self._voice.ask(message, reached=lambda: reached(self.details()))
        # A delivery may come again after the step was taken: then it is taken, whatever the answer.
        if answer.code is not None and not (even_if_refused and reached(self.details())):
            raise Refused(answer.code)
        self._state = answer.state or self._state
