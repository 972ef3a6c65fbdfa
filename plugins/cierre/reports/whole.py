"""Tables and lines of which nothing is cut off, however narrow the screen and wherever they are written to."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_ANY_WIDTH = 100_000

COMFORT = 24
"""Characters that a column of words keeps at least: a narrower one is harder to read than a line that runs on."""


class WholeTable(Table):
    """A table that wraps words where the screen is narrow, and where that is not enough grows out of it to the right,
    for the terminal to wrap, rather than lose what stands in a cell."""

    def __init__(self, title: str | None = None, **settings: Any) -> None:
        super().__init__(title=title, title_justify="left", box=SIMPLE_HEAD, **settings)

    # Cells of this table are text alone: the others of rich have no words to keep whole.
    def add_column(self, header: str = "", footer: str = "", **settings: Any) -> None:  # type: ignore[override]
        """As in every table; its heading and its footing count as cells."""
        super().add_column(header, footer, **{"overflow": "fold"} | settings)
        for cell in (header, footer):
            self._keep(len(self.columns) - 1, cell)

    def add_row(self, *cells: str | Text, **settings: Any) -> None:  # type: ignore[override]
        """As in every table."""
        super().add_row(*cells, **settings)
        for number, cell in enumerate(cells):
            self._keep(number, cell)

    def _keep(self, number: int, cell: str | Text) -> None:
        column = self.columns[number]
        for line in str(cell).splitlines():
            whole = cell_len(line)
            needed = whole if column.no_wrap else max(min(whole, COMFORT), *map(cell_len, ["", *line.split()]))
            column.min_width = max(column.min_width or 0, needed)


def as_it_stands(text: str) -> Text:
    """Lines to be copied: none is wrapped."""
    return Text(text, no_wrap=True, overflow="ignore")


def print_whole(console: Console, renderable: RenderableType) -> None:
    """Prints all of it: to a terminal as that is wide, or as wide as it must be, elsewhere (a file, a pipe) as wide as
    it is without a wrapped word."""
    before = console.width
    own = Measurement.get(console, console.options.update(max_width=_ANY_WIDTH), renderable)
    console.width = max(before, own.minimum if console.is_terminal else own.maximum)
    try:
        console.print(renderable, crop=False)
    finally:
        console.width = before
