"""Where a box's day stands, as the board shows it: a colour and a sign for each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """``letter`` names it in addresses and style sheets; ``word`` is English, for the catalogue."""

    letter: str
    sign: str
    word: str
    meaning: str


STATES = {
    state.letter: state
    for state in (
        State("c", "✓", "closed", "source and journal agree to the cent, and the ERP acknowledged it or was read back"),
        State("v", "◉", "closed and watched", "closed; the ERP may still carry out a request that was given up"),
        State("n", "–", "no activity", "the source says that nothing happened, and nothing was booked"),
        State("r", "▸", "running", "a run is closing the day right now, or is about to"),
        State("t", "↻", "waits for a vendor", "source, ERP or ledger is down; it is asked again by itself"),
        State("w", "‖", "waiting for approval", "a person must decide before it goes on"),
        State(
            "h",
            "Δ",
            "changed since close",
            "read again or booked anew since it was closed, or its books left the ERP, and not closed again",
        ),
        State(
            "e",
            "↗",
            "closed elsewhere",
            "closed at another site of the ERP, so not closed here",
        ),
        State("d", "≠", "discrepancy", "two stages of the day differ"),
        State("u", "?", "uncertain", "a posting was sent and its outcome is not known yet"),
        State("f", "✕", "failed", "the last run failed, or stopped halfway"),
        State("q", "⏸", "does not start", "a run was asked for and does not go on; the day is not closed"),
        State("m", "○", "missing", "the day is over and nobody has closed it"),
    )
}
"""By letter, in the order in which legends list them."""

DONE = frozenset("cvn")
"""The letters of days that nobody has to close any more."""

NOT_DUE = " "
"""The letter of a day that is not over yet, or lies before the box's first."""

BOOKS = {
    "closed": "c",
    "watched": "v",
    "no activity": "n",
    "changed": "h",
    "elsewhere": "e",
    "discrepancy": "d",
    "uncertain": "u",
    "open": "o",
}
"""The ledger's words for a day (board.box_day) with their letters (board.box_month); o is no state of the board."""

UNCLOSED = frozenset("fmheq")
"""The letters of days that are over, and that somebody is to close."""

LIVE = frozenset("rwt")


def standing(books: str | None, run: str | None) -> str:
    """The letter of a day that is due.

    ``books`` is the ledger's letter (see BOOKS), None where it does not know the day; ``run`` the newest Airflow run
    that is not a success: r, w, t, q, f, or None. A live run comes first, but what is uncertain stays so while it waits
    for a vendor; what the books say weighs more than a run that failed or does not start, since a closed day stays
    closed meanwhile.
    """
    if run in LIVE:
        return "u" if run == "t" and books == "u" else run
    if books is None:
        return run or "m"
    if books == "o":
        return "q" if run == "q" else "f"
    return books
