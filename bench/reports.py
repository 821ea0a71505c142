"""A district's cases as people report them: any number, the same for the same seed.

What people write of, where and how often is in `data/reports.toml`. One case in ten speaks of a
street lamp 路灯, as many of rubbish 垃圾; the names of shops give words that hardly anybody uses.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from contracts.commands.intake import Channel
from contracts.events.intake import Closure
from contracts.events.registry import Tier
from contracts.vocabulary import MediaKind, Point
from services.intake.case.case import Case, CaseId, Document, Stage
from services.intake.case.lifecycle import By, State
from services.intake.reference.values import local_day
from services.registry.demo import account_id_of
from services.registry.reference_data import ReferenceData

A_YEAR = 17_500
RESIDENTS = 8_000
_WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "data" / "reports.toml").read_text(encoding="utf-8")
)
_WITHIN = timedelta(days=30)
_STILL_OPEN, _ASIDE = 0.01, 0.02
_OPEN_STATES = (
    State.REPORTED,
    State.CLASSIFIED,
    State.IN_PROGRESS,
    State.SUSPENDED,
    State.ANSWERED,
    State.CHECKED,
)
_ASIDE_STATES = (State.MERGED, State.REFUSED, State.CANCELLED)
_CORNER, _WIDTH_DEG = Point(longitude_deg=113.55, latitude_deg=37.84), 0.06


class Reports:
    """The cases of a district at its yearly rate, oldest first, up to a moment."""

    def __init__(self, number: int, known: ReferenceData, *, until: datetime, seed: int = 2012) -> None:
        self._number = number
        self._until = until
        self._random = Random(seed)
        self._district = known.district
        self._days: Counter[str] = Counter()
        self._grids = {place.code: place.parent or "" for place in known.places if place.tier is Tier.GRID}
        self._busy = [self._random.uniform(0.5, 2) for _ in self._grids]
        kinds = {category.code: category for category in known.categories}
        self._subjects = [(kinds[code], words) for code, words in _WORDS["categories"].items()]
        self._weights = [words["weight"] for _, words in self._subjects]
        # The resident of the demo reports as often as a neighbour who takes an interest.
        self._residents = [account_id_of("resident")] * 20 + [self._id() for _ in range(RESIDENTS)]

    def __iter__(self) -> Iterator[Case]:
        """Yield the cases."""
        span = timedelta(days=365) * (self._number / A_YEAR)
        for age in sorted((self._random.random() for _ in range(self._number)), reverse=True):
            yield self._case(self._until - span * age)

    def _case(self, at: datetime) -> Case:
        ((category, words),) = self._random.choices(self._subjects, self._weights)
        (grid,) = self._random.choices(list(self._grids), self._busy)
        by, reporter = self._reporter(grid)
        day = f"{local_day(at):%Y%m%d}"
        self._days[day] += 1
        return Case(
            case_id=CaseId(self._id()),
            number=f"{self._district}-{day}-{self._days[day]:06d}",
            community=self._grids[grid],
            grid=grid,
            text=self._text(words),
            address=self._address(),
            point=self._point(),
            occurred_at=at - timedelta(hours=1),
            channel=Channel.APP,
            reported_by=by,
            reporter_id=reporter,
            reported_at=at,
            category=category.code,
            kind=category.kind,
            urgency=category.urgency,
            lead=category.department,
            order_id=self._id(),
            documents=tuple(map(self._document, (Stage.REPORT, Stage.RESULT, Stage.CHECK))),
            version=7,
            emitted=6,
            **self._standing(at),
        )

    def _text(self, words: dict[str, Any]) -> str:
        choose = self._random.choice
        said = choose(_WORDS["openings"]) + self._place()
        said += choose(words["things"]) + choose(words["troubles"])
        (more,) = self._random.choices((0, 1, 2, 3), (20, 40, 30, 10))
        said += "".join(f"，{choose(_WORDS['details'])}" for _ in range(more))
        if self._random.random() < 0.15:
            said += f"，联系人{choose(_WORDS['surnames'])}{choose(('先生', '女士', '大爷', '阿姨'))}"
        return f"{said}。{choose(_WORDS['requests'])}"

    def _place(self) -> str:
        choose = self._random.choice
        place = str(choose(_WORDS["places"]))
        if self._random.random() < 0.35:
            place += f"{self._random.randint(1, 40)}号楼{self._random.randint(1, 6)}单元"
        if self._random.random() < 0.25:
            name = self._random.choices(_WORDS["shop_characters"], k=choose((2, 2, 3)))
            place += f"{''.join(name)}{choose(_WORDS['shops'])}门前"
        return place

    def _address(self) -> str:
        number, door = self._random.randint(1, 200), self._random.randint(101, 604)
        return f"{self._random.choice(_WORDS['places'])}{number}号{door % 6 + 1}单元{door}室"

    def _point(self) -> Point:
        return Point(
            longitude_deg=_CORNER.longitude_deg + _WIDTH_DEG * self._random.random(),
            latitude_deg=_CORNER.latitude_deg + _WIDTH_DEG * self._random.random(),
        )

    def _reporter(self, grid: str) -> tuple[By, UUID | None]:
        way = self._random.random()
        if way < 0.70:
            return By.GRID_WORKER, account_id_of(f"worker-{grid}")
        if way < 0.92:
            return By.RESIDENT, self._random.choice(self._residents)
        if way < 0.97:
            return By.HOTLINE, account_id_of("hotline")
        return By.RESIDENT, None

    def _standing(self, at: datetime) -> dict[str, Any]:
        """Return how far a case has come by its age: nearly all of the old ones are archived."""
        then = at + timedelta(days=2)
        standing: dict[str, Any] = {"updated_at": then, "state_since": then}
        fate = self._random.random()
        if self._until - at < _WITHIN or fate < _STILL_OPEN:
            return standing | {"state": self._random.choice(_OPEN_STATES)}
        if fate < _STILL_OPEN + _ASIDE:
            return standing | {"state": self._random.choice(_ASIDE_STATES), "aside_at": then}
        (score,) = self._random.choices((5, 4, 3, 2), (60, 25, 10, 5))
        return standing | {
            "state": State.ARCHIVED,
            "closure": Closure.SATISFIED,
            "score": score,
            "resolved": True,
            "closed_at": then,
            "archived_at": at + timedelta(days=17),
            "seal": self._random.randbytes(32).hex(),
        }

    def _document(self, stage: Stage) -> Document:
        digest = self._random.randbytes(32).hex()
        return Document(media_id=self._id(), sha256=digest, kind=MediaKind.PHOTO, stage=stage, cycle=1)

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)
