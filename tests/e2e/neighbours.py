"""The residents of a running test cell, signed in by the codes that it sends them."""

import json
from itertools import islice
from typing import Any

import requests

from contracts.events.registry import Tier
from services.registry import reference_data
from services.registry.demo_people import FEW, homes
from tests.e2e.district import Person, eventually


def heads_of(grid: str, *, at_most: int) -> list[str]:
    """The phones of so many heads of households of a grid, as the cell was seeded."""
    places = [
        each
        for each in reference_data.read().places
        if each.tier is Tier.HOUSEHOLD and each.code.startswith(FEW)
    ]
    heads = (home.residents[0] for home in homes(places))
    phones = (
        each.person.phone
        for each in heads
        if each.residence and each.residence.household.startswith(grid) and each.person.phone
    )
    return list(islice(phones, at_most))


def signed_in(district: Any, phone: str) -> Person:
    """Sign a resident in as they would: by a code, which a test cell writes into a file."""
    base = f"{district.base}/api/v1/sessions"
    asked = requests.post(f"{base}/codes", json={"phone": phone}, timeout=30)
    assert asked.status_code == 202, asked.text
    request_id = asked.json()["request_id"]
    said = {"request_id": request_id, "code": _code_of(district, request_id)}
    opened = requests.post(f"{base}/residents", json=said, timeout=30)
    assert opened.status_code == 201, opened.text
    return Person(district.base, opened.json()["token"], district._document)


def _code_of(district: Any, request_id: str) -> str:
    def sent() -> list[str]:
        lines = (district.cell.run / "codes.jsonl").read_text().splitlines()
        return [said["code"] for said in map(json.loads, lines) if said["request_id"] == request_id]

    (code,) = eventually(sent, bool, 60)
    return str(code)
