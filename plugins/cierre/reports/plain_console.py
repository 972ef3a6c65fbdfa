"""A console that prints texts as they are: what people or sources wrote is no markup, no emoji and no control sign."""

from typing import Any

from rich.console import Console
from rich.text import Text

from cierre.bookkeeping.text import shown


class PlainConsole(Console):
    """As rich's console, but a text in ``[`` and ``]`` stands in it as it does anywhere, also in a table's cells and
    titles, and a control sign is shown as its picture. What has a colour is ``coloured``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, **settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        """A text as it stands; every text that rich prints is made here."""
        return super().render_str(shown(text), **settings | {"markup": False, "emoji": False, "highlight": False})


def coloured(text: str, style: str) -> Text:
    """A text as it stands, in a style of rich's: ``red``, ``dim``."""
    return Text(shown(text), style)
