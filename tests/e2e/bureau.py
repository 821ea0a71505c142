"""A department: its people, and its software, the kit, that listens at the real queue and speaks for them."""

import threading
from datetime import date
from pathlib import Path
from typing import Any, Self

from qiaotou_department import Change, Contact, Department, Offer, Order, Settings, steps

from tests.e2e.district import a_photo, eventually
from tests.support import clock

WITHIN_S = 20.0


class Bureau:
    """One department at work in a running cell, while it is entered."""

    def __init__(self, district: Any, code: str, folder: Path) -> None:
        self._district = district
        self._department = Department(Settings.from_env(district.department(code)))
        self._offers: list[Offer] = []
        self._changes: list[Change] = []
        self._thread = threading.Thread(target=self._department.run)
        self._after = folder / f"{code}-after.jpg"
        self._after.write_bytes(a_photo("green"))

    def __enter__(self) -> Self:
        @self._department.on_order
        def offered(order: Order) -> None:
            self._offers.append(order.offer)

        self._department.on_change(self._changes.append)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._department.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()

    # What comes over the queue.

    def is_offered(self, case_id: str, *, cycle: int = 1) -> Offer:
        """Wait for the order of a case's cycle."""

        def of_cycle() -> list[Offer]:
            return [each for each in self._offers if (str(each.case_id), each.cycle) == (case_id, cycle)]

        return eventually(of_cycle, bool)[-1]

    def hears(self, change: str, order: Offer) -> Change:
        """Wait for what the district centre decides about an order."""

        def of_order() -> list[Change]:
            return [
                each for each in self._changes if (each.order_id, each.change) == (order.order_id, change)
            ]

        return eventually(of_order, bool)[-1]

    # What its people decide.

    def signs(self, order: Offer) -> None:
        assert steps.sign(self._department, order.order_id, timeout_s=WITHIN_S).taken

    def returns(self, order: Offer, *, reason: str, legal_basis: str, suggested: str) -> None:
        outcome = steps.return_(
            self._department,
            order.order_id,
            reason=reason,
            legal_basis=legal_basis,
            suggested=suggested,
            timeout_s=WITHIN_S,
        )
        assert outcome.taken

    def asks_for(self, order: Offer, *, days: int, reason: str) -> None:
        outcome = steps.ask_extension(
            self._department, order.order_id, days=days, reason=reason, attempt=1, timeout_s=WITHIN_S
        )
        assert outcome.taken

    def asks_to_suspend(self, order: Offer, *, reason: str, until: date, text: str) -> None:
        outcome = steps.ask_suspension(
            self._department,
            order.order_id,
            reason=reason,
            until=until,
            text=text,
            attempt=1,
            timeout_s=WITHIN_S,
        )
        assert outcome.taken

    def completes(self, order: Offer, *, text: str) -> None:
        outcome = steps.complete(
            self._department,
            order.order_id,
            text=text,
            photos=[self._after],
            papers=[],
            contact=Contact(channel="phone", at=clock.now(self._district)),
            timeout_s=WITHIN_S,
        )
        assert outcome.taken

    def does(self, order: Offer, *, text: str) -> None:
        """Sign and complete it in one go."""
        self.signs(order)
        self.completes(order, text=text)

    # What it sees over HTTP.

    def sees(self, order: Offer) -> dict[str, Any]:
        return self._department.api.order(order.order_id)

    def is_shown(self, card: str, order: Offer) -> None:
        """Wait until its order bears this card."""
        eventually(lambda: self.sees(order)["card"], lambda shown: shown == card)
