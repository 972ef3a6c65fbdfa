"""How people call a row of a source: by its list and its number there, not by its address in the landed answer."""

from cierre.bookkeeping.sentence import Sentence


def row_name(place: str) -> Sentence:
    """``0/PAGOS/10`` is the eleventh row of PAGOS, in the first part of the answer: ``PAGOS 11 (1)``.

    Nothing of the place is left out, so that no two rows of a day have the same name. A place of another shape is its
    own name.
    """
    parts = place.split("/")
    rows = [at for at, part in enumerate(parts) if at and part.isdecimal() and not parts[at - 1].isdecimal()]
    if len(rows) != 1:
        return Sentence("{place}", place=place)
    (at,) = rows
    row = Sentence("{list} {n}", list=Sentence(parts[at - 1]), n=int(parts[at]) + 1)
    others = [int(part) + 1 if part.isdecimal() else Sentence(part) for part in (*parts[: at - 1], *parts[at + 1 :])]
    if not others:
        return row
    within = {f"s{number}": other for number, other in enumerate(others)}
    return Sentence("{row} ({others})", row=row, others=Sentence(", ".join(f"{{{name}}}" for name in within), **within))
