"""A year of boxes, and all that arrives of it: always the same one for a seed.

``Redcard`` sends a report of each slip and pays net, two banking days later, by a payment's number. ``Pagoya`` sends
none: the next banking day it pays what its wallet took at a terminal since its last payment, net, without a number.
Deposits of cash and customers' transfers come whole, by their number.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sandbox.bank.model import Movement, Settled, Taken, Truth, Year
from sandbox.bank.weather import Weather
from sandbox.bsale.generator import HABITS

FEASTS = {(1, 1), (5, 1), (5, 24), (8, 10), (10, 9), (11, 2), (11, 3), (12, 25)}
"""Days on which the bank is shut besides weekends, by month and day, wherever in the week they fall. The real calendar
knows more, and moves some; a payment that comes a day sooner or later for it is weather, too."""

ACCOUNTS = ("2200011", "2200022", "2200033", "2200044")

FEE, VAT, WITHHELD = 35, 150, 20
"""Of Redcard, in thousandths: of the gross amount, of the fee, of the gross amount."""

WALLET_FEE, WALLET_VAT = 20, 150


def half_up(cents: int, thousandths: int) -> int:
    """A share of an amount, rounded half away from zero."""
    share, rest = divmod(abs(cents) * thousandths, 1000)
    rounded = share + (rest >= 500)
    return rounded if cents >= 0 else -rounded


def write_year(seed: int, boxes: int = 40, days: int = 365, weather: Weather | None = None) -> Year:
    """What boxes take from 2 January 2025 on, and what arrives of it until three weeks after the last day."""
    return _Maker(seed, boxes, days, weather or Weather()).year()


class _Maker:
    def __init__(self, seed: int, boxes: int, days: int, weather: Weather) -> None:
        self.rng, self.weather, self.boxes = Random(f"{seed}/bank"), weather, boxes
        self.first = date(2025, 1, 2)
        self.last = self.first + timedelta(days=days - 1)
        self.taken: list[Taken] = []
        self.movements: dict[str, list[Movement]] = {account: [] for account in ACCOUNTS}
        self.settled: list[Settled] = []
        self.truth = Truth()
        self.numbers = self.rng.randrange(10_000_000, 20_000_000)

    def year(self) -> Year:
        for box in range(1, self.boxes + 1):
            self._box(box)
        end = self.last + timedelta(days=35)
        for account in ACCOUNTS:
            self._strangers(account)
            self.movements[account].sort(key=lambda one: one.day)
        self.rng.shuffle(self.settled)
        self.settled.sort(key=lambda one: one.paid)
        return Year(self.taken, self.movements, self.settled, self.truth, end)

    # --- what is taken

    def _box(self, box: int) -> None:
        account, terminal = ACCOUNTS[box % 4], f"T{box:03d}"
        card_days: list[tuple[date, list[Taken]]] = []
        wallet: list[tuple[date, list[Taken]]] = []
        for day in self._open_days(box):
            card_days.append((day, [self._card(box, terminal, day, slip) for slip in range(self.rng.randint(2, 7))]))
            wallet.append((day, [self._plain(box, day, "pagoya", terminal) for _ in range(self.rng.randint(1, 3))]))
            deposit = self._plain(box, day, "deposit")
            self._whole(account, deposit, "DEPOSITO EFECTIVO VENTANILLA", self._after(day, 1))
            for _ in range(self.rng.choice((1, 2, 2, 2, 3))):
                transfer = self._plain(box, day, "transfer")
                self._whole(account, transfer, "TRANSF. RECIBIDA", self._after(day, self.rng.choice((0, 0, 1))))
        self._redcard(account, terminal, card_days)
        self._pagoya(account, terminal, wallet)

    def _open_days(self, box: int) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            if day.weekday() != 6 or box % 5 == 0:
                yield day

    def _amount(self) -> int:
        # The forms' shares are those of the cashiers' stand-in; amounts as in shops, many of them round.
        cents = int(self.rng.lognormvariate(3.2, 0.9) * 100) + 50
        return cents // 100 * 100 if self.rng.random() < HABITS[1] / 200 else cents

    def _card(self, box: int, terminal: str, day: date, slip: int) -> Taken:
        cents = self._amount()
        if self.rng.random() < self.weather.refund:
            cents = -cents // 2
        batch = f"{(day - self.first).days + 1:06d}"
        made = Taken(f"c{box}-{day:%Y%m%d}-{slip}", box, day, cents, "redcard", terminal, batch, f"{slip + 1:06d}")
        self.taken.append(made)
        return made

    def _plain(self, box: int, day: date, who: str, terminal: str = "") -> Taken:
        self.numbers += self.rng.randint(1, 9)
        number = "" if who == "pagoya" else f"{self.numbers:09d}"
        cents = self._amount() * (8 if who == "deposit" else 1)
        made = Taken(f"{who[0]}{box}-{day:%Y%m%d}-{self.numbers}", box, day, cents, who, terminal, number=number)
        self.taken.append(made)
        return made

    # --- what arrives

    def _after(self, day: date, banking_days: int) -> date:
        while banking_days or not _is_open(day):
            day += timedelta(days=1)
            banking_days -= bool(banking_days and _is_open(day))
        return day

    def _meets(self, share: float) -> bool:
        return self.rng.random() < share

    def _reference(self, number: str) -> str:
        if self._meets(self.weather.reference_empty):
            return ""
        return number[:-3] if self._meets(self.weather.reference_cut) else number

    def _move(self, account: str, day: date, cents: int, text: str, reference: str, pays: set[str]) -> Movement:
        made = Movement(day, cents, text, reference, f"m{sum(map(len, self.movements.values()))}")
        self.movements[account].append(made)
        if pays:
            self.truth.paid[made.truth] = pays
        return made

    def _fault(self, kind: str, *ids: str) -> None:
        self.truth.faults.update(dict.fromkeys(ids, kind))

    def _whole(self, account: str, taken: Taken, text: str, day: date) -> None:
        self._pay(account, {taken.id}, taken.cents, text, taken.number, day)

    def _pay(self, account: str, pays: set[str], cents: int, text: str, number: str, day: date) -> None:
        """A payment by its number, with what may happen to it."""
        weather = self.weather
        fate = self.rng.random()
        for share in ("missing", "doubled", "a_cent_off", "charged_back", "late"):
            fate -= getattr(weather, share)
            if fate < 0:
                self._fate(share, account, pays, cents, text, number, day)
                return
        if abs(cents) > 5_000 and self._meets(weather.one_day_in_several):
            part = self.rng.randint(1_000, abs(cents) - 1_000) * (1 if cents > 0 else -1)
            self._move(account, day, part, text, number, pays)
            self._move(account, self._after(day, 1), cents - part, text, number, pays)
            return
        self._move(account, day, cents, text, self._reference(number), pays)

    def _fate(self, what: str, account: str, pays: set[str], cents: int, text: str, number: str, day: date) -> None:
        if what == "missing":
            self._fault("missing", *pays)
        elif what == "doubled":
            self._move(account, day, cents, text, number, pays)
            self._fault("double", self._move(account, self._after(day, 1), cents, text, number, set()).truth)
        elif what == "a_cent_off":
            self._fault("differs", self._move(account, day, cents - 1, text, number, set()).truth, *pays)
        elif what == "charged_back":
            self._move(account, day, cents, text, number, pays)
            back = self._after(day + timedelta(days=self.rng.randint(2, 30)), 1)
            self._fault("charge_back", self._move(account, back, -cents, f"DEV {text}", number, set()).truth)
        else:
            late = self._after(day, self.rng.randint(8, 12))
            self._fault("late", self._move(account, late, cents, text, number, pays).truth)

    def _redcard(self, account: str, terminal: str, days: list[tuple[date, list[Taken]]]) -> None:
        """Reports and payments; two days or three may be one payment."""
        place = 0
        while place < len(days):
            size = self.rng.choice((2, 3)) if self._meets(self.weather.several_days_in_one) else 1
            together = days[place : place + size]
            place += size
            self.numbers += self.rng.randint(1, 9)
            payment = f"8{self.numbers:09d}"
            paid = self._after(together[-1][0], 2)
            net = sum(self._settle(slip, payment, paid) for _, slips in together for slip in slips)
            if net:
                self._pay(account, {payment}, net, f"REDCARD LIQ {terminal}", payment, paid)

    def _settle(self, slip: Taken, payment: str, paid: date) -> int:
        if self._meets(self.weather.slip_not_settled):
            self._fault("missing", slip.id)
            return 0
        fee = half_up(slip.cents, FEE)
        if self._meets(self.weather.fee_too_high):
            fee += 25
            self._fault("fee", f"s{len(self.settled)}")
        net = self._row(slip, fee, payment, paid, slip.slip, slip.id)
        if self._meets(self.weather.settled_not_booked):
            extra = self._row(slip, half_up(slip.cents, FEE), payment, paid, f"9{slip.slip[1:]}", "")
            self._fault("unknown", f"s{len(self.settled) - 1}")
            net += extra
        return net

    def _row(self, slip: Taken, fee: int, payment: str, paid: date, number: str, of: str) -> int:
        truth = f"s{len(self.settled)}"
        vat, withheld = half_up(fee, VAT), half_up(slip.cents, WITHHELD)
        row = Settled(slip.day, paid, slip.cents, fee, vat, withheld, payment, slip.terminal, slip.batch, number, truth)
        self.settled.append(row)
        if of:
            self.truth.sales[truth] = of
        return row.net

    def _pagoya(self, account: str, terminal: str, days: list[tuple[date, list[Taken]]]) -> None:
        """What a wallet took since its last payment, on the next banking day, without a number."""
        by_payment: dict[date, list[Taken]] = defaultdict(list)
        for day, wallets in days:
            by_payment[self._after(day, 1)] += wallets
        for paid, wallets in by_payment.items():
            ids = {one.id for one in wallets}
            if self._meets(self.weather.missing):
                self._fault("missing", *ids)
                continue
            net = sum(one.cents - wallet_charge(one.cents) for one in wallets)
            self._move(account, paid, net, f"PAGOYA {terminal}", "", ids)

    def _strangers(self, account: str) -> None:
        """Money of which no box knows anything."""
        for _ in range(int(len(self.movements[account]) * self.weather.unknown)):
            day = self._after(self.first + timedelta(days=self.rng.randrange((self.last - self.first).days)), 0)
            number = f"7{self.rng.randrange(10**8):08d}77"
            stranger = self._move(account, day, self._amount(), "TRANSF. RECIBIDA", number, set())
            self._fault("unknown", stranger.truth)


def wallet_charge(cents: int) -> int:
    """What Pagoya keeps of one amount."""
    fee = half_up(cents, WALLET_FEE)
    return fee + half_up(fee, WALLET_VAT)


def _is_open(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in FEASTS
