"""The district that the tests speak to: a running cell, and its people signed in."""

from pathlib import Path
from uuid import UUID

import pytest
import requests
from qiaotou_department import Contact, steps
from qiaotou_department.department import Department
from qiaotou_department.settings import Settings

from ops.cell import Cell
from tests.e2e.district import PASSWORD, Document, Person, a_photo, eventually
from tests.support.cells import RunningCell


class District(RunningCell):
    """A running cell with its people."""

    def __init__(self, cell: Cell, folder: Path) -> None:
        super().__init__(cell)
        self._people: dict[str, Person] = {}
        self._document = Document(self.base)
        self.photo = folder / "after.jpg"
        self.photo.write_bytes(a_photo("yellow"))

    def person(self, login: str) -> Person:
        """Return somebody who is signed in, once for the whole run."""
        if login not in self._people:
            answer = requests.post(
                f"{self.base}/api/v1/sessions", json={"login": login, "password": PASSWORD}, timeout=60
            )
            assert answer.status_code == 201, answer.text
            self._people[login] = Person(self.base, answer.json()["token"], self._document)
        return self._people[login]

    def handle(self, code: str, case_id: str) -> None:
        """Have a department sign and complete its order for a case."""
        department = Department(Settings.from_env(self.department(code)))
        orders = eventually(
            lambda: [each for each in department.api.orders(state="offered") if each["case_id"] == case_id],
            lambda found: len(found) == 1,
        )
        order_id = UUID(orders[0]["order_id"])
        assert steps.sign(department, order_id, timeout_s=60).taken
        done = steps.complete(
            department,
            order_id,
            text="灯泡已更换, 路灯恢复照明。",
            photos=[self.photo],
            papers=[],
            contact=Contact(channel="phone"),
            timeout_s=60,
        )
        assert done.taken


@pytest.fixture(scope="session")
def district(running_cell: RunningCell, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Everybody of the running cell."""
    return District(running_cell.cell, tmp_path_factory.mktemp("photos"))
