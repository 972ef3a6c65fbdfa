"""``arrivals.yaml`` held against the other files: boxes, mappings, chart and formats."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from cierre.accounting_files.arrivals import FILE, arrivals
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.files import YamlFile, read_yaml
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.statement_formats import statement_format
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.checks import Place
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.matching.books import ArrivalBooks
from cierre.bookkeeping.matching.checks import check_accounts, check_boxes, check_channels, check_forms
from cierre.bookkeeping.matching.company import Channel, CompanyArrivals
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from cierre.bookkeeping.suggestions import did_you_mean

Told = Iterator[tuple[Place, str]]


def check_arrivals(boxes: Mapping[str, CashBox], mappings: Mapping[str, AccountMapping]) -> None:
    """Raises MappingError with all that is wrong in the file, or does not fit the other files. ``boxes`` are all that
    there are, ``mappings`` those by name that nothing is wrong with: what needs another is not said."""
    found = arrivals()
    file = arrivals_file()
    others: dict[tuple[str, str], str] = {}
    findings: list[Finding] = []
    for company, rules in found.items():
        own = [box for box in boxes.values() if box.company == company]
        used = [mappings[name] for name in sorted({box.mapping for box in own}) if name in mappings]
        whole = len(used) == len({box.mapping for box in own})
        for place, message in _of_company(company, rules, boxes, used if whole else [], others):
            findings.append(file.finding(("companies", company, *place), message))
        if rules.books and (beside := boxes.get(rules.books.beside)):
            others.setdefault((beside.erp.tenant.strip(), rules.books.lot), rules.books.box)
    if findings:
        raise MappingError(mappings_folder(), findings)


def arrivals_file() -> YamlFile:
    """The file, to find lines by."""
    folder = mappings_folder()
    return read_yaml(folder / FILE, folder)


def _of_company(
    company: str,
    rules: CompanyArrivals,
    boxes: Mapping[str, CashBox],
    mappings: list[AccountMapping],
    others: Mapping[tuple[str, str], str],
) -> Told:
    yield from check_boxes(company, rules, boxes, others)
    yield from check_forms(rules, mappings)
    yield from _accounts_at_banks(rules, {box.currency for box in boxes.values() if box.company == company})
    if (books := rules.books) is None:
        return
    for place, message in check_channels(rules, books, mappings):
        yield ("books", *place), message
    if (beside := boxes.get(books.beside)) is None:
        return
    yield from _lot(books, beside)
    chart, unreadable = read_chart(mappings_folder())
    if not unreadable:
        for place, message in check_accounts(books, chart, beside.erp.limits):
            yield ("books", *place), message


def _lot(books: ArrivalBooks, beside: CashBox) -> Told:
    """Whether the ERP has such lots: its kind's own model says so."""
    try:
        type(beside.erp).model_validate(beside.erp.model_dump() | {"lot": books.lot})
    except ValidationError as refused:
        for one in refused.errors(include_url=False):
            if one["loc"] == ("lot",):
                yield ("books", "lot"), str(one["msg"]).removeprefix("Value error, ")


def _accounts_at_banks(rules: CompanyArrivals, currencies: set[str]) -> Told:
    """Accounts of channels of which no format of the company's statements is, or which are in another currency than
    the reports of their acquirers, or than all boxes of the company (``currencies``)."""
    try:
        formats = {name: statement_format(name) for name in rules.formats}
    except MappingError:
        return  # What is wrong in it is said of its own file.
    known: dict[str, set[str]] = {}
    for one in formats.values():
        if isinstance(one, BankFormat):
            known.setdefault(one.account, set()).add(one.currency)
    for name, channel in rules.channels.items():
        yield from _other_currencies(name, channel, formats, known.get(channel.account, set()), currencies)
        if channel.account not in known:
            hint = did_you_mean(channel.account, known)
            message = Sentence("no statement of this company is of account {account}{hint}", account=channel.account,
                               hint=hint)  # fmt: skip
            yield ("channels", name, "account"), message


def _other_currencies(
    name: str, channel: Channel, formats: Mapping[str, BankFormat | AcquirerFormat], own: set[str], boxes: set[str]
) -> Told:
    """Where money of a channel comes in another currency than it was booked or reported in. ``own`` are the currencies
    of its account, none where that is not known."""
    if not own:
        return
    said = {"account": channel.account, "own": listing(sorted(own))}
    if boxes and own.isdisjoint(boxes):
        message = "account {account} is in {own}, and the boxes of this company are in {known}"
        yield ("channels", name, "account"), Sentence(message, known=listing(sorted(boxes)), **said)
    for place, report in enumerate(channel.reports):
        if (currency := formats[report].currency) not in own:
            message = "reports of {name} are in {currency}, and account {account} is in {own}"
            yield ("channels", name, "reports", place), Sentence(message, name=report, currency=currency, **said)
