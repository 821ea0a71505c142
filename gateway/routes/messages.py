"""One's own messages 站内信."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands.notify import MarkRead, MessagePage, ReadReceipt
from gateway.headers import made_by
from gateway.house import ask, carry_out, principal
from gateway.routing import Routes, answer
from gateway.schemas.fields import Nothing
from gateway.schemas.lists import MessageFilter

routes = Routes("messages", "One's own messages.")


@routes.get("/messages", query=MessageFilter(), answer=MessagePage, problems=("malformed_cursor",))
def list_messages(query: dict[str, Any]) -> Response:
    """Return a page of your messages, newest first."""
    return answer(ask("notify", "list_messages", result=MessagePage, **query))


@routes.post(
    "/messages/<uuid:message_id>/read",
    body=Nothing(),
    status=204,
    keyed=False,
    problems=("not_found",),
)
def read_message(_body: dict[str, Any], message_id: UUID) -> Response:
    """Mark a message of yours as read; again changes nothing."""
    reading = MarkRead(
        # Made from who reads what: it needs no key to be done once.
        command_id=made_by(message_id, f"read by {principal().subject}"),
        message_ids=(message_id,),
    )
    carry_out("notify", reading, result=ReadReceipt)
    return Response(status=204)
