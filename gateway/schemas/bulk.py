"""The same step for many cases in one request."""

from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from contracts.vocabulary import LawfulChannel, RefusalReason
from gateway.schemas.cases import CaseRefusal, Classification, Merger, Question
from gateway.schemas.fields import OneOf, Strict, Text, between, code

MOST_ITEMS = 100


class BulkStep(StrEnum):
    """What is done to each case."""

    CLASSIFY = "classify"  # 分类
    REFUSE = "refuse"  # 不予受理
    MERGE = "merge"  # 并案
    ASK = "ask"  # 询问上报人


class _Common(Strict):
    case_id = fields.UUID(required=True)
    expected_version = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=between(1, 2**31 - 1)
    )


class _Classified(_Common, Classification):
    pass


class _Refused(_Common, CaseRefusal):
    pass


class _Merged(_Common, Merger):
    pass


class _Asked(_Common, Question):
    pass


_ITEMS: dict[BulkStep, type[Strict]] = {
    BulkStep.CLASSIFY: _Classified,
    BulkStep.REFUSE: _Refused,
    BulkStep.MERGE: _Merged,
    BulkStep.ASK: _Asked,
}


class BulkItem(_Common):
    """One case, with what the step wants said: only the fields of the step that is named."""

    category = code(metadata={"description": "classify"})
    lead = code(allow_none=True, metadata={"description": "classify"})
    co_handlers = fields.List(code(), metadata={"description": "classify"})
    reason = OneOf(RefusalReason, description="refuse")
    channel = OneOf(LawfulChannel, description="refuse")
    master = fields.UUID(metadata={"description": "merge"})
    question = Text(metadata={"description": "ask"})


class _AsSent(fields.List[Any]):
    """Items that are described here and read by the schema of the step, which stands beside them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:  # noqa: ARG002
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return value


class Bulk(Strict):
    """A step, and up to a hundred cases."""

    step = OneOf(BulkStep, required=True)
    items = _AsSent(
        fields.Nested(BulkItem),
        required=True,
        validate=validate.Length(min=1, max=MOST_ITEMS, error="length"),
    )

    @ma.post_load
    def _read_items(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        schema = _ITEMS[data["step"]]()
        read, wrong = [], {}
        for index, item in enumerate(data["items"]):
            try:
                read.append(schema.load(item))
            except ma.ValidationError as error:
                wrong[index] = error.messages
        if wrong:
            raise ma.ValidationError({"items": wrong})
        return {**data, "items": read}
