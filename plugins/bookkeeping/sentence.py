"""Sentences that can be said again in another language."""


class Sentence(str):
    """A sentence in English that knows how it was made: ``Sentence("{rows} rows are missing", rows=3)``.

    It is that text wherever it is compared or stored, so that what is kept depends on no language. ``text`` and
    ``values`` are for whoever tells it to people (package language). A value may be a Sentence itself.
    """

    text: str
    values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> "Sentence":
        """Takes the English text, ``{name}`` standing for a value."""
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.values = text, values
        return made
