"""One fixed instance of everything that is asked and answered about elections."""

from contracts.commands import elections
from contracts.commands.rules import Judged, Outcome
from tests.contract.samples.common import COMMAND, HASH, WORKER, an_id

ELECTION = an_id(53)

_OF = {"command_id": COMMAND, "vote_id": ELECTION}
_CANDIDATE = elections.Candidate(
    code="c1",
    name="王秀兰",
    account=WORKER,
    nominated_by=elections.NominatedBy.ELECTORS,
    nominators=(an_id(54), an_id(55)),
)
_OUTCOME = Outcome(
    valid=True,
    passed=True,
    decided_by="2y > p: 420 > 374",
    inequalities=(Judged(inequality="2y > p", left=420, right=374, holds=True),),
)
ELECTED = elections.Elected(
    valid=True,
    decided_by="2p > n: 748 > 560",
    elected=("c1",),
    tied=(),
    vacant=1,
    candidates={"c1": _OUTCOME},
)
RUN_OFF = elections.RunOff(rule="CN-2026.run_off", candidates=("c2", "c3"), seats=1)
CANDIDATE = elections.CandidateView(
    code="c1", name="王秀兰", nominated_by=elections.NominatedBy.ELECTORS, nominators=10
)

MANDATES = elections.Mandates(
    vote_id=ELECTION, items=(elections.MandateView(giver="赵德明", holder="赵小军"),)
)

COMMANDS = (
    elections.NameCandidates(**_OF, candidates=(_CANDIDATE,), running=(an_id(56),)),
    elections.GiveMandate(
        **_OF, giver=an_id(57), holder=an_id(58), giver_name="赵德明", holder_name="赵小军", sha256=HASH
    ),
)

ANSWERS = (CANDIDATE, ELECTED, RUN_OFF, MANDATES)
