"""One fixed instance of everything that is asked and answered about papers."""

from contracts.commands import paper
from tests.contract.samples.common import COMMAND, HASH
from tests.contract.samples.votes import ENTITLEMENT, VOTE

_OF = {"command_id": COMMAND, "vote_id": VOTE}
_SLIP = {"vote_id": VOTE, "number": 17, "entitlement_id": None}
_ENTERED = paper.Entered(choice=("yes",), scan_sha256=HASH)

COMMANDS = (
    paper.HandInPaper(**_OF, entitlement_id=ENTITLEMENT, channel=paper.PaperChannel.COUNTER),
    paper.EnterSlip(**_OF, choice=("yes",), scan_sha256=HASH, number=17),
    paper.ResolveSlip(**_OF, choice=(), scan_sha256=HASH, entitlement_id=ENTITLEMENT),
)

_VIEW = paper.SlipView(**_SLIP, stage=paper.SlipStage.DISPUTED, mine=True, entries=(_ENTERED, _ENTERED))

ANSWERS = (
    paper.HandInReceipt(vote_id=VOTE, entitlement_id=ENTITLEMENT, channel=paper.PaperChannel.PAPER),
    paper.SlipReceipt(**_SLIP, stage=paper.SlipStage.ENTERED_ONCE),
    _VIEW,
    paper.Slips(vote_id=VOTE, handed_in=40, settled=39, items=(_VIEW,)),
)
