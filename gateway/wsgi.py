"""What gunicorn serves: `gateway.wsgi:app`."""

import tempfile
from typing import Any

from flask import Flask

from chassis import log as logs
from chassis.rpc_client import RpcClient
from gateway.app import create_app
from gateway.settings import GatewaySettings


def serve() -> Flask:
    """Return the application with the environment's settings. Raises: ValueError where they will not do."""
    settings = GatewaySettings.from_env()
    if settings.mode == "production" and not settings.file_key:
        raise ValueError("QIAOTOU_FILE_KEY is not set: it signs the links to files")
    logs.configure(settings.log_level, service="gateway")
    return create_app(settings, RpcClient(settings.amqp_uri))


def describe_only() -> Flask:
    """Return an application that reaches nothing: its document can be read."""
    folder = tempfile.gettempdir()
    return create_app(GatewaySettings(media_dir=folder), RpcClient(""))


def __getattr__(name: str) -> Any:
    """Make the application when gunicorn asks for it, not when this module is read."""
    if name == "app":
        return serve()
    raise AttributeError(name)
