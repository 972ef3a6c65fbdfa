"""What Bsale itself says a day holds, beside what was landed: totals by office, form, kind of document; counts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.json_text import repeated
from cierre.bookkeeping.money import NOISE, ZERO, quantum
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import label
from cierre.bookkeeping.treatment import country_of
from hooks.bsale import words as shapes
from hooks.bsale.answers import identity
from hooks.bsale.snapshot import Landing

CENT = Decimal("0.01")
"""What no currency of the group divides further."""

Sums = dict[tuple[str, str], dict[str, Decimal]]
"""Money by (office, form), and in it by kind of document; an empty kind is one that is not known."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A total of Bsale's beside the payments that make it up, both without the noise of floating-point sums.

    They are not rounded to the currency: two payments of 333.5 are 667, and no 668.
    """

    office: str
    form: str
    document_type: str
    attested: Decimal
    landed: Decimal

    def __str__(self) -> Sentence:
        where = {"office": label(self.office) or Sentence("unknown"), "form": label(self.form)}
        if not self.document_type:
            return Sentence("office {office}, form {form}", **where)
        return Sentence("office {office}, form {form}, document type {type}", **where, type=self.document_type)


def totals_agree(landing: Landing) -> bool:
    """Whether all of the company's totals are what its payments come to."""
    return _agree(comparisons(landing))


def comparisons(landing: Landing) -> list[Comparison]:
    """Each of the company's totals beside its payments.

    Whether a site's totals have voided payments in them is nowhere written: they have if that, and only that, makes
    all of them right.
    """
    without_voids = list(_compare(landing, voids=False))
    if _agree(without_voids):
        return without_voids
    with_voids = list(_compare(landing, voids=True))
    return with_voids if _agree(with_voids) else without_voids


def claims(landing: Landing, *, currency: str, key: str) -> list[Claim]:
    """The certificate of one office: see hooks.bsale.hook.certify."""
    made = [*_counts(landing)]
    for one in comparisons(landing):
        if one.office in (key, ""):
            attested, landed = _as_money(one.attested, currency), _as_money(one.landed, currency)
            made.append(Claim(str(one), None, None, attested, landed))
    if unread := list(_unread(landing, currency, key)):
        made = [one if one.holds else _unproved(one, unread) for one in made]
    if undated := [row for row in landing.undated if shapes.office(row) in (key, "")]:
        money = sum((shapes.money(row.get("amount"), currency) or ZERO for row in undated), ZERO)
        what = Sentence("unattested: payments without a date, which no total has")
        made.append(Claim(what, None, len(undated), None, money))
    return made


def money_out_unseen(landing: Landing, currency: str) -> dict[tuple[str, str], list[str]]:
    """Kinds of documents for which money goes out, by office and form of payment, that Bsale's totals have and that no
    payments of a known kind come to: a payment whose kind is not known is one of them."""
    country = country_of(currency)
    money_out = country.money_out if country else frozenset()
    landed = [_landed(landing, voids=voids) for voids in (False, True)]
    found: dict[tuple[str, str], list[str]] = {}
    for place, sums in totals_of(landing.groups).items():
        for code in sorted(sums.keys() & money_out):
            if all(sums[code] != payments.get(place, {}).get(code, ZERO) for payments in landed):
                found.setdefault(place, []).append(code)
    return found


def _unread(landing: Landing, currency: str, key: str) -> Iterator[tuple[str, str]]:
    """The payments of an office that cannot be read: the id, and the field. Whoever reads the day quarantines them, and
    says why better than a total can."""
    for row in landing.payments:
        if shapes.office(row) in (key, ""):
            field = repeated(row) if landing.has_repeated else ""
            if not field and shapes.money(row.get("amount"), currency) is None:
                field = "amount"
            if field:
                yield shapes.named(row), field


def _unproved(claim: Claim, unread: list[tuple[str, str]]) -> Claim:
    """What Bsale attests of a day with payments that cannot be read: it stops the day only when they can be."""
    id, field = unread[0]
    what = Sentence(
        "unattested: {claim}. {n} cannot be read, such as payment {id} (its field {field})",
        claim=str(claim),
        n=Sentence.counted(len(unread), "{n} payment", "{n} payments"),
        id=id,
        field=field,
    )
    return Claim(what, None, claim.landed_rows, None, claim.landed)


def _counts(landing: Landing) -> Iterator[Claim]:
    voided = sum(shapes.flag(row.get("state")) is True for row in landing.payments)
    active = len(landing.payments) - voided
    count = landing.count
    yield Claim(Sentence("active payments of the day, all offices"), count["active"], active, None, None)
    yield Claim(Sentence("voided payments of the day, all offices"), count["voided"], voided, None, None)
    # count.json was asked before the list was read, and again after it where payments came in meanwhile.
    listed = count["listed"]
    attested = listed if count["before"] <= listed <= count["after"] else count["after"]
    what = Sentence("payments of all days, in count.json and in the list")
    yield Claim(what, attested, listed, None, None)


def _compare(landing: Landing, *, voids: bool) -> Iterator[Comparison]:
    attested, landed = totals_of(landing.groups), _landed(landing, voids=voids)
    for place in sorted(attested.keys() | landed.keys()):
        said, found = attested.get(place, {}), landed.get(place, {})
        # Payments of unknown kind, such as collections that pay several documents, are anywhere in the totals.
        kinds = said.keys() | found.keys()
        for kind in [""] if "" in kinds else sorted(kinds):
            pair = (sum(sums.values(), ZERO) if kind == "" else sums.get(kind, ZERO) for sums in (said, found))
            yield Comparison(*place, kind, *pair)


def totals_of(groups: list[dict[str, Any]]) -> Sums:
    """What Bsale's rows of totals come to."""
    sums: Sums = defaultdict(lambda: defaultdict(Decimal))
    for group in groups:
        office = identity(group.get("officeId"))
        place = ("" if office == "0" else office, identity(group.get("paymentTypeId")))
        sums[place][identity(group.get("codesii"))] += _clean(group.get("paymentTypeTotalAmount"))
    return sums


def _landed(landing: Landing, *, voids: bool) -> Sums:
    sums: Sums = defaultdict(lambda: defaultdict(Decimal))
    amounts: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for row in landing.payments:
        if voids or shapes.flag(row.get("state")) is not True:
            amounts[shapes.office(row), shapes.form(row), landing.code(row)].append(_clean(row.get("amount")))
    for (office, form, code), some in amounts.items():
        sums[office, form][code] = sum(some, ZERO)
    return sums


def _clean(value: Any) -> Decimal:
    """An amount as it is written, without noise; nothing for what is none, at which ``read`` then stops."""
    number = shapes.exact(value)
    if type(value) is int:
        return number  # nearly all of them
    cents = number.quantize(CENT, rounding=ROUND_HALF_UP)
    return cents if abs(number - cents) <= NOISE else number


def _as_money(total: Decimal, currency: str) -> Decimal:
    """A sum with the decimals of its currency, or, where it has more, with its own."""
    smallest = total.quantize(quantum(currency), rounding=ROUND_HALF_UP)
    return smallest if smallest == total else total.normalize()


def _agree(compared: list[Comparison]) -> bool:
    return all(one.attested == one.landed for one in compared)
