"""One order, as the department's handler meets it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from qiaotou_department.api import Api
from qiaotou_department.errors import Refused
from qiaotou_department.messages import Answer, Message, Offer, Sender
from qiaotou_department.results import Contact, Files, hand_in

SIGNED = frozenset({"signed", "suspended", "completed"})
COMPLETED = frozenset({"completed"})


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
    """An order for this department. Every step may be repeated: it has the same id each time."""

    def __init__(self, offer: Offer, *, source: str, api: Api, voice: Voice) -> None:
        self.offer = offer
        self._api = api
        self._voice = voice
        self._sender = Sender(
            source=source,
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
        return self.offer.part == "lead"

    def details(self) -> dict[str, Any]:
        """Return the order as it stands, with the report under `case`: its text, address and evidence.

        `case` is None once the case has gone to another department.
        """
        return self._api.order(self.id)

    @cached_property
    def photos(self) -> tuple[Photo, ...]:
        """The photos of the report."""
        case = self.details().get("case") or {"evidence": ()}
        pieces = [piece for piece in case["evidence"] if piece["kind"] == "photo"]
        return tuple(Photo(UUID(piece["media_id"]), self.id, self._api) for piece in pieces)

    def sign(self) -> None:
        """签收: take the order on. Raises: Refused, NoAnswer."""
        self._step(self._sender.sign(), reached=SIGNED)

    def complete(
        self, *, text: str, photos: Files = (), papers: Files = (), contact: Contact | None = None
    ) -> None:
        """办结: upload the files, hand in the result and complete. Raises: Refused, NoAnswer, ApiProblem."""
        if self._stands_in(COMPLETED):
            return
        receipt = hand_in(
            self._api, self.id, text=text, photos=photos, papers=papers, contact=contact or Contact()
        )
        message = self._sender.complete(result_id=receipt.result_id, sha256=receipt.sha256)
        self._step(message, reached=COMPLETED)

    def _step(self, message: Message, *, reached: frozenset[str]) -> None:
        answer = self._voice.ask(message, reached=lambda: self._stands_in(reached))
        # A delivery may come again after the step was taken: then it is taken, whatever the answer.
        if answer.code is not None and not self._stands_in(reached):
            raise Refused(answer.code)

    def _stands_in(self, states: frozenset[str]) -> bool:
        return self.details()["state"] in states
