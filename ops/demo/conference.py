"""The joint conference of the demo: called when a case waits for it, once for all that wait."""

import threading
from typing import Any

from ops.demo.days import Slot
from ops.demo.life import DISPATCHER
from ops.demo.people import API, People

_TITLE = "社区工作联席会议"
_AGENDA = f"{API}/conference/agenda"
_MEETINGS = f"{API}/conference/meetings"


class Conference:
    """Finds a case's item on a meeting's agenda, and calls the meeting where there is none."""

    def __init__(self, people: People, *, run: str) -> None:
        self._people = people
        self._run = run
        self._lock = threading.Lock()
        self._items: dict[tuple[str, int], str] = {}

    def item(self, case_id: str, cycle: int, slot: Slot) -> str:
        """Return the path of the item of a case's cycle, below the API's own."""
        with self._lock:
            key = (case_id, cycle)
            if key not in self._items:
                self._items[key] = self._found(case_id) or self._called(case_id, slot)
            return self._items[key]

    def _called(self, case_id: str, slot: Slot) -> str:
        meeting = {"held_on": slot.day.isoformat(), "title": _TITLE}
        token = self._people.token(DISPATCHER)
        self._people.client.post(_MEETINGS, meeting, token=token, key=f"{self._run}:{slot.number}")
        found = self._found(case_id)
        if found is None:
            raise LookupError(f"the case {case_id} is on no agenda")
        return found

    def _found(self, case_id: str) -> str | None:
        agenda: dict[str, Any] = self._people.client.get(_AGENDA, token=self._people.token(DISPATCHER))
        for meeting in agenda["meetings"]:
            for item in meeting["items"]:
                if item["case_id"] == case_id and item["outcome"] is None:
                    return f"/conference/meetings/{meeting['meeting_id']}/items/{item['item_id']}"
        return None
