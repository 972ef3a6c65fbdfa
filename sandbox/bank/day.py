"""One day of a box's cards at the bank: the acquirer's report of it, and the statement on which its payment stands."""

from collections.abc import Sequence
from datetime import date, timedelta

from sandbox.bank.files import report, statement
from sandbox.bank.model import Movement, Settled
from sandbox.bank.year import FEE, VAT, WITHHELD, half_up


def files_of_day(
    slips: Sequence[int], terminal: str, day: date, opening: int = 0, closing: int | None = None
) -> tuple[str, str]:
    """The bank's statement of the next day, and the acquirer's report, of slips in cents. ``opening`` is the account's
    balance in cents; it follows from ``closing`` where that is given. What was paid in cash is not in them: nobody took
    it to the bank yet."""
    paid, payment = day + timedelta(days=1), f"8{day:%Y%m%d}{terminal[1:]}"
    settled = []
    for number, gross in enumerate(slips, start=1):
        fee = half_up(gross, FEE)
        kept = (fee, half_up(fee, VAT), half_up(gross, WITHHELD))
        slip = f"{number:06d}"
        settled.append(Settled(day, paid, gross, *kept, payment, terminal, f"{day:%y%m%d}", slip, f"s{number}"))
    net = sum(one.net for one in settled)
    movement = Movement(paid, net, f"REDCARD LIQ {terminal}", payment, "m0")
    return statement([movement], opening if closing is None else closing - net), report(settled)
