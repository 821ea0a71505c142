"""Why a file is not taken: one class a cause. Pure."""

from collections.abc import Sequence

from chassis.refusal import Invalid, Refusal
from contracts.commands.people import RowFault

_MOST_NAMED = 50


class UnfitFile(Invalid):
    """The file as a whole cannot be read; `file` says why, by a word."""

    def __init__(self, word: str) -> None:
        super().__init__("", file=word)


class BrokenRows(Refusal):
    """Rows of the file cannot be taken, so none is.

    Fields are `<row>.<column>`, with a word: the first fifty. A dry run names all of them.
    """

    code = "broken_rows"

    def __init__(self, faults: Sequence[RowFault]) -> None:
        named = {f"{each.row}.{each.column}": each.code for each in faults[:_MOST_NAMED]}
        super().__init__(f"{len(faults)} faults", **named)
