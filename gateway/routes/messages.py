"""One's own messages 站内信."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands.notify import MessagePage
from gateway import schemas
from gateway.house import ask
from gateway.routing import Routes, answer

routes = Routes("messages", "One's own messages.")


@routes.get("/messages", query=schemas.Page(), answer=MessagePage, problems=("malformed_cursor",))
def list_messages(query: dict[str, Any]) -> Response:
    """Return a page of your messages, newest first."""
    return answer(ask("notify", "list_messages", result=MessagePage, **query))


@routes.post(
    "/messages/<uuid:message_id>/read",
    body=schemas.Nothing(),
    status=204,
    keyed=False,
    problems=("not_found",),
)
def read_message(_body: dict[str, Any], message_id: UUID) -> Response:
    """Mark a message as read; again changes nothing."""
    ask("notify", "mark_read", result=type(None), message_id=message_id)
    return Response(status=204)
