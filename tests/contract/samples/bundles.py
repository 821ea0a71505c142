"""One fixed instance of everything that is answered about bundles."""

from contracts.commands import bundles
from tests.contract.samples.common import HASH
from tests.contract.samples.votes import VOTE

VIEW = bundles.BundleView(
    vote_id=VOTE,
    audience=bundles.Audience.PUBLIC,
    digest=HASH,
    ballots_root=HASH,
    key=HASH,
    sha256=HASH,
    size_bytes=1_048_576,
    parts=2,
)

ANSWERS = (VIEW, bundles.BundlePart(content=b"{}"))
