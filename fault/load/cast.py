"""Who takes part in a fault run: people signed in once, each with a photo, and four departments."""

from contextlib import closing
from dataclasses import dataclass

from bench.cast import a_photo
from ops.cell import Cell
from ops.departments import settings
from ops.http_client import Client
from ops.ports import LOOPBACK
from services.registry.demo import PASSWORD

GRIDS = ("c01-g01", "c02-g01", "c03-g01", "c04-g01")
# One category of each department that takes part: street lamps, road surfaces, dogs, wiring.
CATEGORIES = {"0202": "CGJ", "0203": "ZJJ", "0503": "GAF", "0404": "XFD"}
JUDGE = "dispatcher"


@dataclass(frozen=True)
class Office:
    """One department's access, and its photo."""

    code: str
    amqp_uri: str
    token: str
    photo: str


@dataclass(frozen=True)
class Cast:
    """Tokens by grid or community, photos by grid, departments by code."""

    workers: dict[str, str]
    photos: dict[str, str]
    photos_after: dict[str, str]
    clerks: dict[str, str]
    archivist: str
    judge: str
    offices: dict[str, Office]


def assemble(cell: Cell) -> Cast:
    """Sign everybody in. A session outlives the gateway that made it."""
    with closing(Client(LOOPBACK, cell.ports["gateway"], patience_s=30)) as client:
        workers = {grid: _sign_in(client, f"worker-{grid}") for grid in GRIDS}
        communities = {grid.partition("-")[0] for grid in GRIDS}
        return Cast(
            workers=workers,
            photos={grid: _photo(client, workers[grid]) for grid in GRIDS},
            photos_after={grid: _photo(client, workers[grid]) for grid in GRIDS},
            clerks={code: _sign_in(client, f"clerk-{code}") for code in sorted(communities)},
            archivist=_sign_in(client, "archivist"),
            judge=_sign_in(client, JUDGE),
            offices={code: _office(client, cell, code) for code in CATEGORIES.values()},
        )


def _office(client: Client, cell: Cell, code: str) -> Office:
    told = settings(cell, code)
    token = told["QIAOTOU_TOKEN"]
    return Office(code, told["QIAOTOU_AMQP_URI"], token, _photo(client, token))


def _sign_in(client: Client, login: str) -> str:
    answer = client.post("/api/v1/sessions", {"login": login, "password": PASSWORD})
    return str(answer["token"])


def _photo(client: Client, token: str) -> str:
    return str(client.upload("/api/v1/media", "lamp.jpg", a_photo(), token=token)["media_id"])
