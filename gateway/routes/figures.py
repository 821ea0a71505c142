"""What everybody may check: the figures, the rankings, the archive's log."""

from typing import Any

from flask import Response

from contracts.commands.figures import FigureCases, Figures, LogHead, LogLeaves, Ranking
from gateway.house import ask
from gateway.routing import Routes, answer
from gateway.schemas.figures import BehindFilter, FigureFilter, GridFigureFilter, LeafFilter, RankingFilter

routes = Routes("figures", "What everybody may check.")


@routes.get("/figures", query=FigureFilter(), answer=Figures)
def figures(query: dict[str, Any]) -> Response:
    """Return every figure of the district, or of each community, department or category."""
    return answer(ask("intake", "figures", result=Figures, **query))


@routes.get("/figures/grids", query=GridFigureFilter(), answer=Figures)
def grid_figures(query: dict[str, Any]) -> Response:
    """Return every figure of each grid; a grid has one worker, so they are not public."""
    return answer(ask("intake", "figures", result=Figures, scope="grid", **query))


@routes.get("/figures/ranking", query=RankingFilter(), answer=Ranking)
def ranking(query: dict[str, Any]) -> Response:
    """Return the communities by one rate, best first."""
    return answer(ask("intake", "ranking", result=Ranking, **query))


@routes.get(
    "/figures/cases", query=BehindFilter(), answer=FigureCases, problems=("invalid", "malformed_cursor")
)
def cases_behind(query: dict[str, Any]) -> Response:
    """Return the cases behind one figure of one group, and how each counts above and below the line."""
    return answer(ask("intake", "cases_behind", result=FigureCases, **query))


@routes.get("/archive/log", answer=LogHead, problems=("not_found",))
def archive_log() -> Response:
    """Return the signed head of the archive's log."""
    return answer(ask("intake", "log_head", result=LogHead))


@routes.get("/archive/log/leaves", query=LeafFilter(), answer=LogLeaves)
def archive_leaves(query: dict[str, Any]) -> Response:
    """Return a stretch of the archive's log: each case's seal and its place."""
    return answer(ask("intake", "log_leaves", result=LogLeaves, **query))
