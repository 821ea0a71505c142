"""Which figures, of which cases."""

from marshmallow import fields, validate

from gateway.schemas.fields import Day, Strict, Text, between, code

_PUBLIC_SCOPES = ("district", "community", "department", "category")
_SCOPES = (*_PUBLIC_SCOPES, "grid")


def _one_of(names: tuple[str, ...], default: str) -> fields.String:
    return fields.String(load_default=default, validate=validate.OneOf(names, error="not_one_of_these"))


class _Period(Strict):
    """Days of reporting; the last half-year where none are named."""

    since = Day(metadata={"description": "The first day."})
    until = Day(metadata={"description": "The day after the last one."})


class FigureFilter(_Period):
    """The figures of which groups."""

    scope = _one_of(_PUBLIC_SCOPES, "district")


class GridFigureFilter(_Period):
    """The figures of grids."""


class RankingFilter(_Period):
    """By which rate, from which number of cases on."""

    figure = _one_of(("completion", "reporting"), "completion")
    minimum_volume = fields.Integer(validate=between(0, 1_000_000))


class BehindFilter(_Period):
    """The cases behind which figure of which group."""

    figure = code(required=True)
    scope = _one_of(_SCOPES, "district")
    group = code(load_default="*")
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=100, validate=between(1, 500))


class LeafFilter(Strict):
    """Which stretch of the archive's log."""

    since = fields.Integer(load_default=0, validate=between(0, 2**53))
    limit = fields.Integer(load_default=100, validate=between(1, 1000))
