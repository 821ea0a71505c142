"""What topics are about, and which subjects need a hearing before a decision: `data/subjects.csv`."""

import csv
from importlib import resources
from typing import NamedTuple


class Subject(NamedTuple):
    """A subject; `hearing` says that a hearing comes before any decision, `basis` by which rule."""

    code: str
    name_zh: str
    name_en: str
    hearing: bool
    basis: str


def _read() -> dict[str, Subject]:
    text = resources.files("services.governance").joinpath("data", "subjects.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["code"]: Subject(row["code"], row["zh"], row["en"], row["hearing"] == "yes", row["basis"])
        for row in rows
    }


SUBJECTS = _read()
