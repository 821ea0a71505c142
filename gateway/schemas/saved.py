"""What is kept of a list's query."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields

from gateway.schemas.fields import OneOf, Strict
from gateway.schemas.lists import CaseFilter, DistrictOrderFilter, OrderFilter

# A position is one reading's alone; words that were searched for may name a person.
_NOT_KEPT = ("cursor", "q")


class Listed(StrEnum):
    """A list that takes parameters."""

    CASES = "cases"
    ORDERS = "orders"
    DEPARTMENT_ORDERS = "department_orders"


_SCHEMAS: dict[Listed, type[Strict]] = {
    Listed.CASES: CaseFilter,
    Listed.ORDERS: DistrictOrderFilter,
    Listed.DEPARTMENT_ORDERS: OrderFilter,
}


class Saved(Strict):
    """A list and the parameters of its query, written as in an address."""

    list = OneOf(Listed, required=True)
    parameters = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "As the list takes them, without `cursor` and `q`."},
    )

    @ma.validates_schema(skip_on_field_errors=True)
    def _parameters_of_the_list(self, data: Mapping[str, Any], **_options: Any) -> None:
        wrong: dict[str, Any] = _SCHEMAS[data["list"]]().validate(data["parameters"])
        wrong |= {name: ["not_kept"] for name in _NOT_KEPT if name in data["parameters"]}
        if wrong:
            raise ma.ValidationError({"parameters": wrong})
