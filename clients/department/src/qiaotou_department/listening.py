"""`qiaotou-department listen`: orders as lines, and with `--auto` a department that does them all."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from qiaotou_department import demonstration
from qiaotou_department.department import Department
from qiaotou_department.messages import Answer, Change, Restored
from qiaotou_department.order import Order
from qiaotou_department.results import Contact
from qiaotou_department.standing import RECONCILED

Report = Callable[..., None]
WORKED_ON = frozenset({"offered", "signed"})
PAPER_KINDS = frozenset({"S", "D"})  # services and disputes are proved by a signed paper


@dataclass(frozen=True, kw_only=True)
class Doing:
    """What `--auto` hands in for every order; without files it makes some up."""

    text: str
    photos: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    channel: str = "phone"


class Listener:
    """Reports what comes over the queue, and ends after `count` orders, changes and answers."""

    def __init__(
        self, department: Department, report: Report, *, doing: Doing | None, count: int | None
    ) -> None:
        self._department = department
        self._report = report
        self._doing = doing
        self._left = count

    def order(self, order: Order) -> None:
        """Report an order and, if we are to, sign and complete it."""
        offer = order.offer
        facts = {"order_id": order.id, "number": order.number}
        first = offer.again == 0 and offer.state == "offered"
        self._report("offered" if first else "offered_again", **asdict(offer))
        if self._doing is not None and order.is_lead and order.state in WORKED_ON:
            order.sign()
            self._report("signed", **facts)
            self._complete(order, self._doing)
            self._report("completed", **facts)
        self._one_less()

    def change(self, change: Change) -> None:
        """Report what the district centre has decided."""
        self._report("changed", **asdict(change))
        self._one_less()

    def restored(self, restored: Restored) -> None:
        """Report that the cell went back to a backup."""
        self._report("restored", **asdict(restored))

    def answer(self, answer: Answer) -> None:
        """Report an answer that somebody else waits for."""
        facts = {"in_reply_to": answer.in_reply_to, "order_id": answer.order_id}
        if not answer.accepted:
            self._report("refused", **facts, code=answer.code)
        elif answer.state == RECONCILED:
            self._report("reconciled", in_reply_to=answer.in_reply_to, open_orders=answer.open_orders)
        else:
            self._report("accepted", **facts, state=answer.state)
        self._one_less()

    def _complete(self, order: Order, doing: Doing) -> None:
        with tempfile.TemporaryDirectory() as name:
            photos, papers = doing.photos, doing.papers
            if not photos and not papers:
                made = Path(name)
                on_paper = order.offer.kind in PAPER_KINDS
                photos = () if on_paper else (str(demonstration.photo(made)),)
                papers = (str(demonstration.paper(made)),) if on_paper else ()
            order.complete(
                text=doing.text, photos=photos, papers=papers, contact=Contact(channel=doing.channel)
            )

    def _one_less(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self._department.stop()
