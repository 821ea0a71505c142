"""The article's table, as it came out: in Chinese and English, beside what the article says."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ops.demo.reckoning import CommunityFigures, Ratio, Reckoning
from ops.demo.volumes import BACKLOG, BACKLOG_OPEN, REPORTED, STILL_OPEN

_FIGURES = {
    "on_time": "按期办结率 answered in time",
    "response": "响应率 contacted in time",
    "rework": "返工率 done again",
    "resolution": "解决率 resolved, as the reporters say",
    "satisfaction": "满意率 satisfied",
    "unreachable": "未联系上 could not be reached",
}
_YES, _NO = "[green]✓[/green]", "[red]✗[/red]"
_FIRST = 10
FICTIONAL = "*"


def show(reckoning: Reckoning, names: Mapping[str, tuple[str, str]], console: Console) -> None:
    """Print it; `names` are each community's, Chinese and English."""
    console.print()
    console.print(_communities(reckoning, names))
    console.print(f"\n[dim]{FICTIONAL} 虚构名称: the article does not name this community.[/dim]\n")
    console.print(_apart(reckoning))
    for line in _beside_the_article(reckoning):
        console.print(line)
    console.print()
    for line in _checked(reckoning):
        console.print(line)


def _communities(reckoning: Reckoning, names: Mapping[str, tuple[str, str]]) -> Table:
    last = reckoning.communities_in_the_district
    table = Table(
        title="桥头模式 2012年6月至11月 · Half a year, 1 June to 30 November 2012\n",
        title_justify="left",
        title_style="bold",
        header_style="bold",
        # It has room in a window of 80 columns.
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        show_footer=True,
        footer_style="bold",
    )
    whole = reckoning.communities
    found = sum(each.found_by_others for each in whole)
    footers = (
        "合计 together",
        str(reckoning.reported),
        str(reckoning.closed),
        str(reckoning.open),
        _percent((reckoning.closed, reckoning.reported)),
        "",
        _percent((reckoning.reported, reckoning.reported + found)),
        "",
    )
    headers = (
        "社区 community",
        "上报\nreported",
        "办结\nclosed",
        "在办\nopen",
        "办结率\ncompletion",
        f"名次\nof {last}",
        "上报率\nreporting",
        f"名次\nof {last}",
    )
    for place, (header, footer) in enumerate(zip(headers, footers, strict=True)):
        table.add_column(header, footer, justify="right" if place else "left", no_wrap=True)
    for each in whole:
        table.add_row(*_row(each, names))
    return table


def _row(each: CommunityFigures, names: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    yield " ".join(names[each.code])
    yield str(each.reported)
    yield str(each.closed)
    yield str(each.open)
    yield _percent((each.closed, each.reported))
    yield _rank(each.completion_rank)
    yield _percent((each.reported, each.reported + each.found_by_others))
    yield _rank(each.reporting_rank)


def _apart(reckoning: Reckoning) -> Table:
    table = Table.grid(padding=(0, 2))
    closed, disputes = reckoning.disputes
    settled, petitions = reckoning.petitions
    table.add_row("矛盾纠纷 disputes", f"{disputes}, 化解 settled {closed}")
    table.add_row("历史信访积案 old petitions", f"{petitions}, 化解 settled {settled}")
    table.add_row("当场解决 settled on the spot", f"{reckoning.spot}, counted apart")
    table.add_row("\n[dim]全区 the whole district[/dim]")
    for name, words in _FIGURES.items():
        table.add_row(words, _percent(reckoning.district[name]))
    return table


def _beside_the_article(reckoning: Reckoning) -> Iterator[str]:
    yield ""
    if reckoning.scale != 1.0:
        yield f"[dim]At scale {reckoning.scale:g} the volumes are not those of the article.[/dim]"
        return
    closed = REPORTED - STILL_OPEN
    same = (reckoning.reported, reckoning.closed) == (REPORTED, closed)
    ranks = [rank for each in reckoning.communities for rank in (each.completion_rank, each.reporting_rank)]
    among = all(rank is not None and rank <= _FIRST for rank in ranks)
    petitions = reckoning.petitions == (BACKLOG - BACKLOG_OPEN, BACKLOG)
    yield "[bold]原文 The article[/bold]"
    yield f"{_sign(same)} 共上报反映各类问题{REPORTED}件，处理解决{closed}件，办结率达97%"
    yield f"  [dim]{REPORTED} matters reported, {closed} of them resolved: a completion rate of 97%[/dim]"
    yield f"{_sign(among)} 在全区38个社区……上报率和办结率方面均位居前10名"
    yield "  [dim]among the first ten of the district's 38 communities by both rates[/dim]"
    yield f"{_sign(petitions)} 共化解各类历史信访积案8件，仅剩的一件也正在协商解决中"
    yield "  [dim]eight petitions of the backlog resolved, the only one left is being worked at[/dim]"


def _checked(reckoning: Reckoning) -> Iterator[str]:
    verified = reckoning.verified
    yield f"{_sign(reckoning.as_planned)} The API counts what the plan of seed {reckoning.seed} foresaw."
    yield (
        f"{_sign(verified.holds)} The verifier recomputed {verified.figures:,} figures of {verified.cases:,} "
        f"cases from {verified.events:,} published entries, and {verified.seals:,} seals"
        f"{'.' if verified.holds else ': they do not hold.'}"
    )
    yield f"{_sign(verified.agrees_with_api)} Verifier and API agree on every community's figures and ranks."
    yield f"[dim]Once more: .venv/bin/qiaotou-verify publication {_from_here(reckoning.publication)}[/dim]"
    for finding in verified.findings:
        yield f"[red]✗[/red] {finding}"


def _from_here(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here) if Path(path).is_relative_to(here) else path)


def _percent(ratio: Ratio) -> str:
    above, below = ratio
    tenths = (2000 * above + below) // (2 * below) if below else None
    return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}%"


def _rank(rank: int | None) -> str:
    return "—" if rank is None else str(rank)


def _sign(holds: bool) -> str:  # noqa: FBT001 - one thing is asked
    return _YES if holds else _NO
