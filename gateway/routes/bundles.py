"""The signed bundle of a vote, as a file: anyone recounts it by `qiaotou-verify vote`."""

from collections.abc import Iterator
from uuid import UUID

from flask import Response, stream_with_context

from contracts.commands.bundles import Audience, BundlePart, BundleView
from gateway.house import ask
from gateway.routing import JSON, Routes, answer

routes = Routes("bundles", "What a vote's result rests on, signed, for whoever wants to recount it.")

_BUNDLE = "/votes/<uuid:vote_id>/bundle"


@routes.get(_BUNDLE, binary=(JSON,), problems=("not_found",))
def bundle(vote_id: UUID) -> Response:
    """Return a published vote's bundle; of an open vote without the ballots, under the same signature.

    `docs/bundle.md` says what is in it, and `qiaotou-verify vote` recounts it.
    """
    return _file(vote_id, Audience.PUBLIC)


@routes.get(f"{_BUNDLE}/notice", answer=BundleView, problems=("not_found",))
def bundle_notice(vote_id: UUID) -> Response:
    """Return what the notice board shows of a bundle 公示: its digest, the ballots' root, the key."""
    return answer(_view(vote_id, Audience.PUBLIC))


@routes.get(f"{_BUNDLE}/electors", binary=(JSON,), problems=("not_found",))
def bundle_of_electors(vote_id: UUID) -> Response:
    """Return an open vote's bundle with every named ballot: for its electors, and who answers for it."""
    return _file(vote_id, Audience.ELECTORS)


def _file(vote_id: UUID, audience: Audience) -> Response:
    view = _view(vote_id, audience)
    response = Response(stream_with_context(_parts(view)), content_type=JSON)
    # Of a file that breaks off, its reader knows: the length is said before.
    response.content_length = view.size_bytes
    response.set_etag(view.sha256)
    cached = "no-cache" if audience is Audience.PUBLIC else "private, no-store"
    response.headers["Cache-Control"] = cached
    response.headers["Content-Disposition"] = f'attachment; filename="vote-{vote_id}.json"'
    return response


def _view(vote_id: UUID, audience: Audience) -> BundleView:
    return ask("governance", "vote_bundle", result=BundleView, vote_id=vote_id, audience=audience)


def _parts(view: BundleView) -> Iterator[bytes]:
    for number in range(view.parts):
        part = ask(
            "governance",
            "vote_bundle_part",
            result=BundlePart,
            vote_id=view.vote_id,
            audience=view.audience,
            number=number,
        )
        yield part.content
