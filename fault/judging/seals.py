"""Whether an archived case has one seal, the same wherever it stands. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from fault.judging.findings import Finding, Kind
from fault.judging.run import Run


def judged(run: Run) -> Iterator[Finding]:
    """Yield the cases with two seals, or with one that stands twice in the archive's log."""
    leaves: defaultdict[str, list[str]] = defaultdict(list)
    for leaf in run.state.leaves:
        leaves[leaf.case_id].append(leaf.seal)
    for case in run.state.cases:
        logged = leaves.get(case.case_id, [])
        if len(logged) > 1:
            yield Finding(
                Kind.DOUBLED, f"case {case.case_id} stands {len(logged)} times in the archive's log"
            )
        noted = [line.detail["seal"] for line in case.life if "seal" in line.detail]
        seals = dict.fromkeys(seal for seal in (case.seal, *noted, *logged) if seal)
        if len(seals) > 1:
            yield Finding(Kind.DOUBLED, f"case {case.case_id} has {len(seals)} seals")
        if case.state == "archived" and not seals:
            yield Finding(Kind.LOST, f"case {case.case_id} is archived and has no seal")
    for index, leaf in enumerate(run.state.leaves):
        if leaf.index != index:
            yield Finding(Kind.DISORDERED, f"the archive's log has leaf {leaf.index} at {index}")
            return
    for case_id in leaves.keys() - run.cases.keys():
        yield Finding(Kind.LOST, f"case {case_id} was sealed in the archive's log and is not there")


def unlogged(run: Run) -> int:
    """Return how many archived cases the archive's log does not have yet: a timer adds them."""
    logged = {leaf.case_id for leaf in run.state.leaves}
    return sum(case.state == "archived" and case.case_id not in logged for case in run.state.cases)
