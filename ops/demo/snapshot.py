"""What was printed, as a picture: SVG that needs nothing from elsewhere."""

import re
from html import unescape

from rich.cells import cell_len
from rich.console import Console

_TEXT = re.compile(r'textLength="([\d.]+)"([^>]*)>([^<]+)</text>')
# The font would be fetched from a stranger's server; whoever looks has a monospaced one.
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def svg(console: Console, *, title: str) -> str:
    """Return all that a recording console has printed."""
    return _TEXT.sub(_fitted, _FONT.sub("", console.export_svg(title=title)))


def _fitted(found: re.Match[str]) -> str:
    """Give Chinese characters the two cells that they have; Rich counts one for each."""
    length, rest, shown = found.groups()
    text = unescape(shown)
    return f'textLength="{float(length) * cell_len(text) / len(text):g}"{rest}>{shown}</text>'
