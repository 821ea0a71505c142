"""Signing in the people of a demo district and giving each a photo, before anything is measured."""

import io
from collections.abc import Mapping
from contextlib import closing

from PIL import Image, ImageDraw

from bench.loop import Cast
from ops.http_client import Client

GRIDS = ("c01-g01", "c02-g01", "c03-g01", "c04-g01")
DEPARTMENT = "CGJ"


def assemble(host: str, port: int, password: str, department: Mapping[str, str]) -> Cast:
    """Return everybody who takes part. `department` holds the kit's own environment variables."""
    with closing(Client(host, port, patience_s=30)) as client:
        return _assembled(client, password, department)


def _assembled(client: Client, password: str, department: Mapping[str, str]) -> Cast:
    workers = {grid: _sign_in(client, f"worker-{grid}", password) for grid in GRIDS}
    communities = {grid.partition("-")[0] for grid in GRIDS}
    token = department["QIAOTOU_TOKEN"]
    return Cast(
        grids=GRIDS,
        workers=workers,
        photos={grid: _photo(client, workers[grid]) for grid in GRIDS},
        photos_after={grid: _photo(client, workers[grid]) for grid in GRIDS},
        clerks={code: _sign_in(client, f"clerk-{code}", password) for code in communities},
        archivist=_sign_in(client, "archivist", password),
        department=token,
        department_code=DEPARTMENT,
        department_photo=_photo(client, token),
        department_amqp=department["QIAOTOU_AMQP_URI"],
    )


def a_photo() -> bytes:
    """Return a drawn lamp post, 320 by 240."""
    image = Image.new("RGB", (320, 240), "#1f2a44")
    draw = ImageDraw.Draw(image)
    draw.rectangle((150, 60, 158, 220), fill="#8a8f98")
    draw.ellipse((130, 30, 178, 70), fill="#f4d35e")
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def _sign_in(client: Client, login: str, password: str) -> str:
    answer = client.post("/api/v1/sessions", {"login": login, "password": password})
    return str(answer["token"])


def _photo(client: Client, token: str) -> str:
    return str(client.upload("/api/v1/media", "lamp.jpg", a_photo(), token=token)["media_id"])
