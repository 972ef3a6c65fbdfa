"""Another world than the sandbox's, made in another way: a calendar of things to come, played day by day.

Shops in Uruguay. *Sol* pays a shop's batch as one line under the batch's number, gross. *Luna* reports each voucher,
and pays once for all shops of a day, thirty days after it. Bags of cash and wires come under their own codes. The bank
writes camt.053.
"""

import heapq
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple
from xml.sax.saxutils import escape

SHUT = {"0101", "0501", "0718", "0825", "1225"}
"""Days without a bank, by month and day."""


class Claim(NamedTuple):
    """What a shop says it is to get. ``code`` is how the other side will call it, if that is not garbled."""

    key: str
    day: date
    money: int
    payer: str
    code: str


class Entry(NamedTuple):
    """A line of the bank's."""

    key: str
    day: date
    money: int
    payer: str
    code: str


class Voucher(NamedTuple):
    """A line of Luna's report: money, and what she keeps of it."""

    key: str
    day: date
    due: date
    money: int
    keeps: int
    bundle: str
    code: str


class Town:
    """Plays ``days`` days of ``shops`` shops. ``trouble`` multiplies how often things go wrong."""

    def __init__(self, seed: int, shops: int = 40, days: int = 365, trouble: float = 1.0) -> None:
        self.dice, self.trouble = random.Random(seed * 7919 + 13), trouble
        self.today = date(2024, 6, 1)
        self.agenda: list[tuple[date, int, Callable[[], None]]] = []
        self.claims: list[Claim] = []
        self.entries: list[Entry] = []
        self.vouchers: list[Voucher] = []
        self.settles: dict[str, frozenset[str]] = {}
        self.planted: dict[str, str] = {}
        self.serial = 0
        for _ in range(days):
            self._dawn()
            luna: list[Voucher] = []
            for shop in range(shops):
                self._shop(shop, luna)
            self._luna_pays(luna)
            self.today += timedelta(days=1)
        while self.agenda:
            self._dawn()
            self.today += timedelta(days=1)
        self.today += timedelta(days=40)

    def _dawn(self) -> None:
        while self.agenda and self.agenda[0][0] <= self.today:
            heapq.heappop(self.agenda)[2]()

    def _next(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def _at(self, day: date, happens: Callable[[], None]) -> None:
        while day.weekday() > 4 or f"{day:%m%d}" in SHUT:
            day += timedelta(days=1)
        heapq.heappush(self.agenda, (day, self.serial, happens))
        self.serial += 1

    def _in(self, days: int, happens: Callable[[], None]) -> None:
        self._at(self.today + timedelta(days=days), happens)

    def _unlucky(self, one_in: int) -> bool:
        return self.dice.random() < self.trouble / one_in

    def _shop(self, shop: int, luna: list[Voucher]) -> None:
        batch = f"S{shop:02d}{self.today.toordinal() % 10_000:04d}{self.dice.randrange(1000):03d}"
        slips = [self._claim("sol", self._price(), batch) for _ in range(self.dice.randrange(1, 6))]
        self._promise("sol", frozenset(one.key for one in slips), sum(one.money for one in slips), batch)
        for _ in range(self.dice.randrange(1, 4)):
            self._voucher(shop, luna)
        bag = self._claim("bag", self._price() * 11, f"BOLSA-{self.dice.randrange(10**9):09d}")
        self._promise("bag", frozenset([bag.key]), bag.money, bag.code)
        for _ in range(self.dice.choice((1, 2, 2, 3, 3))):
            wire = self._claim("wire", self._price(), f"{self.dice.randrange(10**11):011d}")
            self._promise("wire", frozenset([wire.key]), wire.money, wire.code)

    def _price(self) -> int:
        """Half of all prices end in 90 or 00, as prices do."""
        raw = int(self.dice.paretovariate(1.4) * 9_000)
        return raw - raw % 1000 + self.dice.choice((0, 900)) + 1000 if self.dice.random() < 0.5 else raw

    def _claim(self, payer: str, money: int, code: str) -> Claim:
        made = Claim(self._next("k"), self.today, money, payer, code)
        self.claims.append(made)
        return made

    def _voucher(self, shop: int, luna: list[Voucher]) -> None:
        money = self._price()
        code = f"{shop:03d}{self._next('')}"
        claim = self._claim("luna", money, code)
        keeps = (money * 4 + 50) // 100
        due = self.today + timedelta(days=30)
        if self._unlucky(400):
            self.planted[claim.key] = "missing"
            return
        voucher = Voucher(self._next("v"), self.today, due, money, keeps, f"LN{self.today:%Y%m%d}", code)
        self.settles[voucher.key] = frozenset([claim.key])
        luna.append(voucher)
        if self._unlucky(800):
            again = voucher._replace(key=self._next("v"))
            self.planted[again.key] = "double"
            luna.append(again)

    def _luna_pays(self, luna: list[Voucher]) -> None:
        self.vouchers += luna
        if luna:
            net = sum(one.money - one.keeps for one in luna)
            self._promise("luna", frozenset([luna[0].bundle]), net, luna[0].bundle, wait=30)

    def _promise(self, payer: str, claims: frozenset[str], money: int, code: str, wait: int = 1) -> None:
        """What will come, unless something happens to it."""
        luck = self.dice.random() / self.trouble
        slow = wait + self.dice.choice((14, 17))
        if luck < 0.002:
            self.planted.update(dict.fromkeys(claims, "missing"))
        elif luck < 0.004:
            self._in(wait, lambda: self._arrive(payer, money, code, claims))
            self._in(wait + 2, lambda: self._plant("double", self._arrive(payer, money, code, frozenset())))
        elif luck < 0.006:
            self.planted.update(dict.fromkeys(claims, "differs"))
            wrong = money - self.dice.choice((1, 100, 537))
            self._in(wait, lambda: self._plant("differs", self._arrive(payer, wrong, code, frozenset())))
        elif luck < 0.008:
            self._in(wait, lambda: self._arrive(payer, money, code, claims))
            self._in(wait + 20, lambda: self._plant("charge_back", self._arrive(payer, -money, code, frozenset())))
        elif luck < 0.010:
            self._in(slow, lambda: self._plant("late", self._arrive(payer, money, code, claims)))
        elif luck < 0.012:
            self._in(
                wait, lambda: self._plant("unknown", self._arrive(payer, self._price(), self._alien(), frozenset()))
            )
            self._in(wait, lambda: self._arrive(payer, money, code, claims))
        elif luck < 0.030 and money > 3:
            some = self.dice.randrange(1, money)
            self._in(wait, lambda: self._arrive(payer, some, code, claims))
            self._in(wait + 1, lambda: self._arrive(payer, money - some, code, claims))
        else:
            self._in(wait, lambda: self._arrive(payer, money, self._garble(code), claims))

    def _alien(self) -> str:
        return f"ZZ{self.dice.randrange(10**9):09d}"

    def _garble(self, code: str) -> str:
        if self._unlucky(60):
            return ""
        if self._unlucky(60):
            return code[4:] if self.dice.random() < 0.5 else code[:-4]
        # Some banks pad, and some write blanks into what they were told.
        return f"{code[:3]} {code[3:]}" if self.dice.random() < 0.1 else code

    def _arrive(self, payer: str, money: int, code: str, claims: frozenset[str]) -> str:
        entry = Entry(self._next("e"), self.today, money, payer, code)
        while entry.day.weekday() > 4 or f"{entry.day:%m%d}" in SHUT:
            entry = entry._replace(day=entry.day + timedelta(days=1))
        self.entries.append(entry)
        if claims:
            self.settles[entry.key] = claims
        return entry.key

    def _plant(self, fault: str, key: str) -> None:
        self.planted[key] = fault


def camt(entries: list[Entry], opening: int) -> bytes:
    """The bank's file of all entries."""
    closing = opening + sum(one.money for one in entries)
    first, last = entries[0].day, entries[-1].day
    rows = "\n".join(map(_camt_entry, entries))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr><Id>0019</Id></Othr></Id></Acct>"
        f"{_camt_balance('OPBD', opening, first)}{_camt_balance('CLBD', closing, last)}\n{rows}\n"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _camt_money(money: int) -> str:
    sign = "CRDT" if money >= 0 else "DBIT"
    return f'<Amt Ccy="UYU">{abs(money) // 100}.{abs(money) % 100:02d}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _camt_balance(code: str, money: int, day: date) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_camt_money(money)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _camt_entry(one: Entry) -> str:
    refs = f"<Refs><EndToEndId>{escape(one.code)}</EndToEndId></Refs>" if one.code else ""
    return (
        f"<Ntry>{_camt_money(one.money)}<Sts>BOOK</Sts><BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{one.key}</AcctSvcrRef><NtryDtls><TxDtls>{refs}"
        f"<RmtInf><Ustrd>{one.payer.upper()} &amp;</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
