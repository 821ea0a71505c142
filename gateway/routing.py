"""How a route is declared: one decorator says what it takes, what it answers and why it may refuse.

flask-smorest makes the parsing and the OpenAPI document of it; nothing is built per request.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar, cast

import marshmallow as ma
import msgspec
from flask import Response
from flask_smorest import Blueprint

from gateway.headers import etag
from gateway.parsing import Parser

PREFIX = "/api/v1"
JSON = "application/json"
FORM = "multipart/form-data"
View = TypeVar("View", bound=Callable[..., Response])


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the document says of a route beside its arguments."""

    name: str = ""
    answer: Any = None
    status: int = 200
    # Other statuses with the same body.
    also: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()
    keyed: bool = False
    versioned: bool = False
    multipart: bool = False
    # Whether the body is a piece of a file: not, "optional" or "required".
    pieces: str = ""
    # Headers of the request that the route cannot do without.
    asks: tuple[str, ...] = ()
    binary: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    example: Any = None


class _Blueprint(Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER: ClassVar[Parser] = Parser()


class Routes:
    """The routes of one room of the API."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = _Blueprint(name, name, description=description, url_prefix=PREFIX)
        self.described: dict[tuple[str, str], Described] = {}

    def get(
        self,
        path: str,
        *,
        answer: Any = None,
        query: ma.Schema | None = None,
        also: Sequence[int] = (),
        problems: Sequence[str] = (),
        binary: Sequence[str] = (),
        headers: Sequence[str] = (),
    ) -> Callable[[View], View]:
        """Declare a route that changes nothing."""
        described = Described(
            answer=answer,
            also=tuple(also),
            problems=tuple(problems),
            binary=tuple(binary),
            headers=tuple(headers),
        )
        return self._declare("GET", path, described, query=query)

    def post(
        self,
        path: str,
        *,
        answer: Any = None,
        body: ma.Schema | None = None,
        form: ma.Schema | None = None,
        status: int = 200,
        problems: Sequence[str] = (),
        keyed: bool = True,
        versioned: bool = False,
        pieces: str = "",
        asks: Sequence[str] = (),
        headers: Sequence[str] = (),
        example: Any = None,
    ) -> Callable[[View], View]:
        """Declare a route that changes something: once a key, and on a version where one is named."""
        described = Described(
            answer=answer,
            status=status,
            problems=tuple(problems),
            keyed=keyed,
            versioned=versioned,
            multipart=form is not None,
            pieces=pieces,
            asks=tuple(asks),
            headers=tuple(headers),
            example=example,
        )
        return self._declare("POST", path, described, body=body, form=form)

    def put(
        self,
        path: str,
        *,
        answer: Any,
        body: ma.Schema,
        problems: Sequence[str] = (),
        example: Any = None,
    ) -> Callable[[View], View]:
        """Declare a route that puts something in place of what was there: again changes nothing."""
        described = Described(answer=answer, problems=tuple(problems), example=example)
        return self._declare("PUT", path, described, body=body)

    def patch(
        self, path: str, *, asks: Sequence[str], problems: Sequence[str], headers: Sequence[str]
    ) -> Callable[[View], View]:
        """Declare a route that adds a piece to a file."""
        described = Described(
            status=204,
            pieces="required",
            asks=tuple(asks),
            problems=tuple(problems),
            headers=tuple(headers),
        )
        return self._declare("PATCH", path, described)

    def options(self, path: str, *, headers: Sequence[str]) -> Callable[[View], View]:
        """Declare a route that says what can be asked of an address."""
        return self._declare("OPTIONS", path, Described(status=204, headers=tuple(headers)))

    def delete(
        self, path: str, *, asks: Sequence[str] = (), problems: Sequence[str] = ()
    ) -> Callable[[View], View]:
        """Declare a route that ends something and says nothing."""
        described = Described(status=204, asks=tuple(asks), problems=tuple(problems))
        return self._declare("DELETE", path, described)

    def _declare(
        self,
        method: str,
        path: str,
        described: Described,
        *,
        body: ma.Schema | None = None,
        query: ma.Schema | None = None,
        form: ma.Schema | None = None,
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            named = msgspec.structs.replace(described, name=view.__name__)
            self.described[method, f"{PREFIX}{path}"] = named
            function: Any = view
            if form is not None:
                function = self.blueprint.arguments(form, location="form")(function)
            if query is not None:
                function = self.blueprint.arguments(query, location="query")(function)
            if body is not None:
                function = self.blueprint.arguments(body, example=described.example)(function)
            self.blueprint.add_url_rule(
                path, view.__name__, function, methods=[method], provide_automatic_options=False
            )
            return cast("View", function)

        return declare


def answer(
    value: msgspec.Struct, *, status: int = 200, version: int | None = None, location: str | None = None
) -> Response:
    """Return a JSON answer, with its entity tag and address where it has them."""
    response = Response(msgspec.json.encode(value), status=status, content_type=JSON)
    if version is not None:
        response.headers["ETag"] = etag(version)
    if location is not None:
        response.headers["Location"] = location
    return response
