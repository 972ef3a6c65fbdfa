"""A journal line's codes besides its account. Pure."""

from cierre.bookkeeping.journal import Line


def dimensions(line: Line) -> dict[str, str]:
    """The codes that a line carries, by name: cost_centre, item, value_class, entity_05 …"""
    named = {"cost_centre": line.cost_centre, "item": line.item, "value_class": line.value_class}
    named |= {f"entity_{number}": code for number, code in line.entities}
    return {name: code for name, code in named.items() if code}
