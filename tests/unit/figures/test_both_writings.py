"""The figures are written twice: in intake, and in the verifier from docs/publication.md. Both must agree."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from qiaotou_verifier.cases import read_cases
from qiaotou_verifier.figures import Terms
from qiaotou_verifier.figures import figures as recomputed
from qiaotou_verifier.figures import rankings as ranked_again

from services.intake.case.case import CaseId, Entry
from services.intake.case.lifecycle import By, State, Step, Trigger
from services.intake.figures.formulas import CAPACITY, OVERDUE, RANKED, Figure, Ratio, ranked, ratio
from services.intake.figures.projection import counted, deltas
from services.intake.figures.tally import WHOLE_DISTRICT, Scope, Tally
from services.intake.publication.lines import Origin, entry_line
from tests.support.examples import examples

NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
BEGIN = datetime(2012, 6, 1, tzinfo=UTC)
CUT_OFF = datetime(2012, 12, 1, tzinfo=UTC)
GRIDS = {"c01-g01": "c01", "c01-g02": "c01", "c02-g01": "c02", "c03-g01": "c03"}
CATEGORIES = ("0101", "0202", "0601", "0704")
DEPARTMENTS = ("CGJ", "ZJJ")
WORKING_DAYS = 126
Sums = dict[tuple[Scope, str], dict[str, int]]

_hours = st.integers(0, 400)
_details = {
    Step.CLASSIFY: st.fixed_dictionaries(
        {"category": st.sampled_from(CATEGORIES), "lead": st.sampled_from(DEPARTMENTS)}
    ),
    Step.ORDER_OFFERED: st.fixed_dictionaries(
        {"department": st.sampled_from(DEPARTMENTS)}, optional={"due_h": _hours}
    ),
    Step.ORDER_EXTENDED: st.fixed_dictionaries({"due_h": _hours}),
    Step.ORDER_RESUMED: st.fixed_dictionaries({"due_h": _hours}),
    Step.ORDER_COMPLETED: st.fixed_dictionaries({"answered_h": _hours}, optional={"contacted_h": _hours}),
    Step.RECORD_SATISFIED: st.fixed_dictionaries(
        {"resolved": st.sampled_from(("true", "false")), "score": st.sampled_from("12345")}
    ),
}
_BEGINNINGS = (Step.REPORT, Step.SETTLE_ON_SPOT, Step.RESOLUTION_CERTIFIED)
_LATER = [step for step in Step if step not in _BEGINNINGS]


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Step, State, int, bool, int, dict[str, object]]]:
    """Steps in any order, in any state: the figures ask no more of them than what they say."""
    later = st.lists(
        st.tuples(
            st.sampled_from(_LATER), st.sampled_from(list(State)), st.integers(0, 1), st.booleans(), _hours
        ),
        max_size=12,
    )
    return [
        (step, state, more, late, hours, draw(_details.get(step, st.just({}))))
        for step, state, more, late, hours in draw(later)
    ]


@st.composite
def cases(draw: st.DrawFn) -> list[tuple[list[Entry], Origin]]:
    """A few cases, each a timeline as it stands in the database."""
    made = []
    for serial in range(draw(st.integers(1, 6))):
        grid = draw(st.sampled_from(sorted(GRIDS)))
        number = f"140303-20120602-{serial:06d}"
        case_id = CaseId(uuid5(NAMES, number))
        first = draw(st.sampled_from(_BEGINNINGS))
        category = draw(st.sampled_from((*CATEGORIES, None)))
        at = BEGIN + timedelta(hours=draw(_hours))
        detail = {} if category is None else {"category": category}
        role = draw(st.sampled_from((By.GRID_WORKER, By.RESIDENT)))
        life = [_entry(case_id, 1, at, step=first, state=State.REPORTED, role=role, detail=detail)]
        cycle = 1
        for position, (step, state, more, late, hours, said) in enumerate(draw(lives()), 2):
            cycle += more
            at += timedelta(hours=hours / 10)
            told = {
                name.replace("_h", "_at"): (at + timedelta(hours=value)).isoformat()
                for name, value in said.items()
                if isinstance(value, int)
            }
            plain = {name: value for name, value in said.items() if isinstance(value, str)}
            life.append(
                _entry(
                    case_id, position, at, step=step, state=state, detail=plain | told, cycle=cycle, late=late
                )
            )
        made.append((life, Origin(number=number, community=GRIDS[grid], grid=grid, anonymous=False)))
    return made


def _entry(
    case_id: CaseId,
    position: int,
    at: datetime,
    *,
    step: Step,
    state: State,
    detail: dict[str, str],
    role: By = By.DISPATCH,
    cycle: int = 1,
    late: bool = False,
) -> Entry:
    return Entry(
        case_id=case_id,
        position=position,
        at=at,
        kind=Trigger.COMMAND,
        step=step,
        state=state,
        cycle=cycle,
        role=role,
        actor=None,
        late=late,
        detail=detail,
    )


def _projected(made: list[tuple[list[Entry], Origin]], cuts: list[int]) -> tuple[dict[UUID, Tally], Sums]:
    """Count the entries in batches, as the projection does, and add up the differences."""
    entries = sorted((entry for life, _ in made for entry in life), key=lambda each: each.at)
    places = {life[0].case_id: (origin.community, origin.grid) for life, origin in made}
    tallies: dict[UUID, Tally] = {}
    sums: Sums = defaultdict(lambda: defaultdict(int))
    for begin, end in zip([0, *cuts], [*cuts, len(entries)], strict=True):
        batch = sorted(entries[begin:end], key=lambda each: (str(each.case_id), each.position))
        after = counted(batch, tallies, places)
        for (scope, group, _), changes in deltas(tallies, after).items():
            for name, amount in changes.items():
                sums[scope, group][name] += amount
        tallies |= after
    return tallies, sums


@settings(max_examples=examples(12), derandomize=True)
@given(cases(), st.data())
def test_both_writings_of_the_figures_agree(
    made: list[tuple[list[Entry], Origin]], data: st.DataObject
) -> None:
    number = sum(len(life) for life, _ in made)
    cuts = sorted(data.draw(st.lists(st.integers(0, number), max_size=4)))
    tallies, sums = _projected(made, cuts)
    for tally in tallies.values():
        if tally.runs and tally.due_at is not None and tally.due_at < CUT_OFF:
            for place in _places(tally):
                sums[place][OVERDUE] += 1
    for community in GRIDS.values():
        sums[Scope.COMMUNITY, community][CAPACITY] = list(GRIDS.values()).count(community) * WORKING_DAYS
    for grid in GRIDS:
        sums[Scope.GRID, grid][CAPACITY] = WORKING_DAYS
    others = [place for place in sums if place[0] in (Scope.DEPARTMENT, Scope.CATEGORY)]
    for place in [*others, (Scope.DISTRICT, WHOLE_DISTRICT)]:
        sums[place][CAPACITY] = len(GRIDS) * WORKING_DAYS

    lines = [entry_line(entry, origin) for life, origin in made for entry in life]
    terms = Terms(CUT_OFF, WORKING_DAYS, 1, GRIDS)
    theirs = recomputed(read_cases(lines), terms)
    ours = {
        (scope.value, group, figure.value): ratio(figure, counts)
        for (scope, group), counts in sums.items()
        if any(counts[name] for name in counts if name != CAPACITY)
        or scope in (Scope.COMMUNITY, Scope.GRID, Scope.DISTRICT)
        for figure in Figure
    }
    assert {key: tuple(value) for key, value in ours.items()} == {
        key: tuple(value) for key, value in theirs.items()
    }
    assert {key: value.value for key, value in ours.items()} == {
        key: value.value for key, value in theirs.items()
    }
    assert _ranks(ours) == [tuple(rank) for rank in ranked_again(theirs, terms)]


def _places(tally: Tally) -> list[tuple[Scope, str]]:
    found: list[tuple[Scope, str]] = [
        (Scope.DISTRICT, WHOLE_DISTRICT),
        (Scope.COMMUNITY, tally.community),
        (Scope.GRID, tally.grid),
    ]
    found += [(Scope.DEPARTMENT, tally.lead)] if tally.lead else []
    return found + ([(Scope.CATEGORY, tally.category)] if tally.category else [])


def _ranks(ours: dict[tuple[str, str, str], Ratio]) -> list[tuple[str, str, int | None, bool]]:
    found = []
    for figure in sorted(RANKED):
        rates = {
            group: rate
            for (scope, group, name), rate in ours.items()
            if (scope, name) == ("community", figure)
        }
        found += [
            (figure.value, each.community, each.rank, each.few) for each in ranked(rates, minimum_volume=1)
        ]
    return found


def test_a_day_is_the_district_s_own() -> None:
    entry = _entry(
        CaseId(uuid5(NAMES, "1")),
        1,
        datetime(2012, 6, 1, 17, 0, tzinfo=UTC),
        step=Step.REPORT,
        state=State.REPORTED,
        detail={},
    )
    assert Tally.begun(entry, community="c01", grid="c01-g01").day == date(2012, 6, 2)
