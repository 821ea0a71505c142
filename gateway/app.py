"""The Flask application, put together."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from chassis.context import Context
from chassis.data.engine import Database
from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from contracts.commands.registry import PlaceView
from contracts.events.registry import Tier
from gateway import errors, limits, openapi, requests
from gateway.crew import Crew
from gateway.filters import Filters
from gateway.health import Health
from gateway.house import House, Rpc, install
from gateway.media.inspection import Inspector, libmagic
from gateway.media.links import Links, a_key
from gateway.media.shown import Darkroom, VideoMaker
from gateway.media.storage import Storage
from gateway.media.transfer import TransferRepository, Transfers
from gateway.media.upload import UploadRepository, Uploads
from gateway.media.video import Videos
from gateway.places import Places
from gateway.policy import compile_policy
from gateway.repository import SqlFilters, SqlSessions, SqlTransfers, SqlUploads
from gateway.request_log import RequestLog
from gateway.security import Protected
from gateway.sessions import SessionRepository, Sessions
from gateway.settings import GatewaySettings

_PLACES_TIMEOUT_S = 1.0
_MOST_FORM_PARTS = 10
# A hundred commands are done in seven rounds, and services still get them in batches.
_HANDS = 16
# Its own statements take milliseconds, and whoever asks over HTTP waits for a service besides.
_PATIENCE_S, _POOL_WAIT_S = 4.0, 2.0


def create_app(settings: GatewaySettings, rpc: Rpc) -> Flask:
    """Return the application.

    Raises: PolicyGapError where a route and the policy differ.
    """
    app = Flask("gateway", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=requests.JSON_MAX_BYTES,
        MAX_FORM_PARTS=_MOST_FORM_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
    )
    # A redirect would be answered as HTML; an address is written one way alone.
    app.url_map.merge_slashes = False
    furnish(app, settings, rpc)
    openapi.register(app)
    limits.register(app, login_rate=settings.login_rate)
    requests.register(app, compile_policy(app), threads=settings.threads)
    errors.register(app)
    _wrap(app, settings)
    return app


def furnish(
    app: Flask,
    settings: GatewaySettings,
    rpc: Rpc,
    *,
    sessions: SessionRepository | None = None,
    uploads: UploadRepository | None = None,
    transfers: TransferRepository | None = None,
    videos: VideoMaker | None = None,
    filters: Filters | None = None,
) -> None:
    """Give the application what it works with; rows are in PostgreSQL unless others are given."""
    database = Database(
        settings.database_url or "postgresql://", patience_s=_PATIENCE_S, pool_wait_s=_POOL_WAIT_S
    )
    storage = Storage(Path(settings.media_dir))
    storage.prepare()
    kept = Uploads(
        uploads or SqlUploads(database), storage, Inspector(libmagic()), Darkroom(videos or Videos())
    )
    lifetime = timedelta(hours=settings.session_hours)
    install(
        app,
        House(
            settings=settings,
            rpc=rpc,
            database=database,
            sessions=Sessions(sessions or SqlSessions(database), lifetime=lifetime),
            uploads=kept,
            transfers=Transfers(transfers or SqlTransfers(database), storage, kept),
            storage=storage,
            # Where nobody has given a key, links are good until this gateway starts again.
            links=Links(settings.file_key or a_key()),
            places=Places(lambda: _communities(rpc)),
            filters=filters or SqlFilters(database),
            health=Health({"database": lambda: _answers(database), "broker": rpc.connected}),
            crew=Crew(_HANDS),
            log=RequestLog(settings.log_level),
        ),
    )


def _wrap(app: Flask, settings: GatewaySettings) -> None:
    wrapped: Any = Protected(app.wsgi_app, over_tls=settings.secure_cookies)
    if settings.trusted_proxies:
        wrapped = ProxyFix(wrapped, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)
    app.wsgi_app = wrapped  # type: ignore[method-assign]


def _answers(database: Database) -> bool:
    with database.reading() as connection:
        connection.execute(sa.text("SELECT 1"))
    return True


def _communities(rpc: Rpc) -> Mapping[str, str] | None:
    """Return each grid's community, None while registry is away."""
    try:
        grids = rpc.query(
            "registry",
            "places",
            context=Context(correlation_id="gateway.places"),
            result=tuple[PlaceView, ...],
            timeout_s=_PLACES_TIMEOUT_S,
            tier=Tier.GRID,
        )
    except (RemoteRefusal, ServiceUnavailable, NoAnswer):
        return None
    return {grid.code: grid.parent for grid in grids if grid.parent is not None}
