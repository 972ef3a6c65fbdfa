"""Whether a company's books of arrivals make sense: held against its channels, the chart, its boxes, its mappings."""

from collections.abc import Iterable, Iterator, Mapping

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.checks import Finding, Place
from cierre.bookkeeping.limits import EntryLimits
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.matching.books import Account, ArrivalAccounts, ArrivalBooks
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.money_accounts import accounts_of_form
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.suggestions import did_you_mean

DIMENSIONS = ("cost_centre", "item", "value_class")
PARTS = ("bank", "fee", "vat", "withheld", "difference")


def check_accounts(books: ArrivalBooks, chart: Chart, limits: EntryLimits) -> Iterator[Finding]:
    """What the ERP with this chart would refuse; places are below ``books``."""
    for channel, accounts in books.accounts.items():
        for place, one in _accounts_of(accounts):
            yield from _of_account(one, ("accounts", channel, *place), chart, limits)


def _accounts_of(accounts: ArrivalAccounts) -> Iterator[tuple[Place, Account]]:
    for form, one in accounts.clearing.items():
        yield ("clearing", form), one
    for part in PARTS:
        yield (part,), getattr(accounts, part)


def _of_account(one: Account, place: Place, chart: Chart, limits: EntryLimits) -> Iterator[Finding]:
    if message := chart.objection("account", one.account):
        yield Finding((*place, "account"), message)
    if not one.cost_centre and chart.requires_cost_centre(one.account):
        message = Sentence("account {account} requires a cost centre and none is given", account=one.account)
        yield Finding(place, message)
    for field in DIMENSIONS:
        code = getattr(one, field)
        if code and field not in limits.dimensions:
            known = ", ".join(sorted(limits.dimensions))
            yield Finding(
                (*place, field),
                Sentence("there is no dimension {name!r}; known are {known}", name=field, known=known),
            )
        elif code and (message := chart.objection(field, code)):
            yield Finding((*place, field), message)


def check_channels(
    rules: CompanyArrivals, books: ArrivalBooks, mappings: Iterable[AccountMapping]
) -> Iterator[Finding]:
    """What of a company's money could arrive and not be booked, or be booked where it was not on its way; places are
    below ``books``. ``mappings`` are those of its boxes, without which no account is held against them."""
    mappings = list(mappings)
    for name, channel in rules.channels.items():
        if (accounts := books.accounts.get(name)) is None:
            message = "channel {name} has no accounts here, and what arrives by it cannot be booked"
            yield Finding(("accounts",), Sentence(message, name=name))
            continue
        place = ("accounts", name, "clearing")
        if missing := [form for form in channel.forms if form not in accounts.clearing]:
            message = "form {form} of channel {name} has no account here, and what arrives of it cannot be booked"
            yield Finding(place, Sentence(message, form=", ".join(missing), name=name))
        for form, one in accounts.clearing.items():
            if form not in channel.forms:
                message = "form {form} does not come by channel {name}; by it come {known}"
                known = ", ".join(channel.forms)
                yield Finding((*place, form), Sentence(message, form=repr(form), name=name, known=known))
                continue
            used = frozenset[str]().union(*(accounts_of_form(own, form) for own in mappings))
            if used and one.account not in used:
                message = "form {form} is booked on {known}, and not on account {account}{hint}"
                said = {"form": repr(form), "known": listing(sorted(used)), "account": one.account}
                hint = did_you_mean(one.account, used)
                yield Finding((*place, form, "account"), Sentence(message, hint=hint, **said))


def check_forms(rules: CompanyArrivals, mappings: Iterable[AccountMapping]) -> Iterator[Finding]:
    """Forms of payment that no mapping of the company's boxes names; places are below the company."""
    known = {form for one in mappings for form in one.form_names}
    for name, channel in rules.channels.items():
        for place, form in enumerate(channel.forms):
            if known and form not in known:
                message = "form {form} is not among form_names, which name every form of payment"
                yield Finding(("channels", name, "forms", place), Sentence(message, form=repr(form)))


def check_boxes(
    company: str, rules: CompanyArrivals, boxes: Mapping[str, CashBox], others: Mapping[tuple[str, str], str]
) -> Iterator[Finding]:
    """What does not fit the cash boxes that there are; places are below the company. ``others`` are the books of other
    companies' arrivals, by tenant and lot."""
    own = [id for id, box in boxes.items() if box.company == company]
    if not own:
        hint = did_you_mean(company, {box.company for box in boxes.values()})
        yield Finding((), Sentence("there is no cash box of company {company}{hint}", company=company, hint=hint))
        return
    for box in rules.terminals:
        if box not in own:
            message = Sentence("there is no cash box {box} of this company{hint}", box=box, hint=did_you_mean(box, own))
            yield Finding(("terminals", box), message)
    if (books := rules.books) is None:
        return
    if books.box in boxes:
        message = Sentence(
            "{box} is a cash box with a file of its own; these books need an id that no box has", box=books.box
        )
        yield Finding(("books", "box"), message)
    if books.beside not in own:
        hint = did_you_mean(books.beside, own)
        message = Sentence("there is no cash box {box} of this company{hint}", box=books.beside, hint=hint)
        yield Finding(("books", "beside"), message)
        return
    tenant = boxes[books.beside].erp.tenant.strip()
    lots = {(box.erp.tenant.strip(), box.erp.lot): id for id, box in boxes.items()} | dict(others)
    if owner := lots.get((tenant, books.lot)):
        what = Sentence("tenant and lot")
        message = Sentence("box {owner} has the same {what}; each box needs its own", owner=owner, what=what)
        yield Finding(("books", "lot"), message)
