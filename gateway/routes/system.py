"""What anybody may ask of the gateway itself."""

import msgspec
from flask import Response, current_app

from gateway import openapi
from gateway.answers import Health
from gateway.house import house
from gateway.routing import JSON, Routes, answer

routes = Routes("system", "The gateway itself.")

UNWELL = 503


@routes.get("/healthz", answer=Health, also=(503,))
def healthz() -> Response:
    """Say whether this process reaches its database and the broker.

    503 with the same body where one of them is away.
    """
    checks = house().health.checks()
    well = all(checks.values())
    return answer(Health(status="ok" if well else "failing", checks=checks), status=200 if well else UNWELL)


@routes.get("/openapi.json", answer=dict[str, msgspec.Raw])
def openapi_json() -> Response:
    """Return this document."""
    return Response(openapi.rendered(current_app), content_type=JSON)
