"""Which companies look at what arrives, and how their money comes: ``arrivals.yaml``."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from cierre.accounting_files.files import read_yaml
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import cash_box, mappings_folder
from cierre.accounting_files.settings import read_settings
from cierre.accounting_files.statement_formats import statement_format_names
from cierre.bookkeeping.cash_box import Approvals, CashBox
from cierre.bookkeeping.matching.books import SOURCE, ArrivalBooks
from cierre.bookkeeping.matching.company import Arrivals, CompanyArrivals
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean

FILE = "arrivals.yaml"


def arrivals() -> dict[str, CompanyArrivals]:
    """The rules by company; none without the file. Raises MappingError with all that is wrong in it."""
    found = read_settings(FILE, Arrivals)
    if found is None:
        return {}
    if strange := list(_unknown_formats(found)):
        raise MappingError(mappings_folder(), strange)
    return found.companies


def arrivals_of(company: str) -> CompanyArrivals | None:
    """A company's rules; None where its arrivals are not looked at. Raises MappingError as ``arrivals`` does."""
    return arrivals().get(company)


def known_rules(company: str) -> CompanyArrivals | None:
    """A company's rules; None also where the file is wrong: what else a page shows is shown all the same."""
    try:
        return arrivals_of(company)
    except MappingError:
        return None


def all_known_rules() -> Mapping[str, CompanyArrivals]:
    """The rules by company; none also where the file is wrong. The files are read again once one of them changed."""
    folder = mappings_folder()
    files = [folder / FILE, *sorted((folder / "statements").glob("*.yaml"))]
    return _known_rules(tuple((str(file), file.stat().st_mtime_ns) for file in files if file.exists()))


@lru_cache(maxsize=4)
def _known_rules(files: tuple[tuple[str, int], ...]) -> Mapping[str, CompanyArrivals]:
    try:
        return arrivals() if files else {}
    except MappingError:
        return {}


def books_box(company: str, books: ArrivalBooks) -> CashBox:
    """What the books of arrivals are to the ledger and to the ERP: a box without a file. Raises MappingError where the
    box beside it has none."""
    beside = cash_box(books.beside)
    return beside.model_copy(
        update={
            "id": books.box,
            "file": books.box,
            "formerly": None,
            "name": books.name,
            "company": company,
            "source": SOURCE,
            "connection": SOURCE,
            "key": company,
            "erp": beside.erp.model_copy(update={"lot": books.lot}),
            "mapping": SOURCE,
            # Nobody is asked: a match is either the only one possible or a person's own decision.
            "approvals": Approvals(closed_period=False),
        }
    )


def box_or_books(name: str) -> CashBox:
    """A cash box by the stem of its file or its former name, or the books of arrivals of that id. Raises MappingError
    if there is none by that name, or its file is wrong."""
    return books_of_arrivals().get(name) or cash_box(name)


def known_books(company: str) -> CashBox | None:
    """A company's books of arrivals; None where it has none, or a file is wrong."""
    rules = known_rules(company)
    if rules is None or rules.books is None:
        return None
    with suppress(MappingError):
        return books_box(company, rules.books)
    return None


def books_of_arrivals() -> dict[str, CashBox]:
    """The books of arrivals of all companies that have any, by their ids; those of a file that is wrong are left out,
    as are those beside a box that is."""
    found: dict[str, CashBox] = {}
    for company, rules in all_known_rules().items():
        if rules.books:
            with suppress(MappingError):
                found[rules.books.box] = books_box(company, rules.books)
    return found


def _unknown_formats(found: Arrivals) -> Iterator[Finding]:
    known = statement_format_names()
    folder = mappings_folder()
    file = read_yaml(folder / FILE, folder)
    for company, rules in found.companies.items():
        at: list[tuple[tuple[str | int, ...], str]] = [
            (("companies", company, "statements", place), name) for place, name in enumerate(rules.statements)
        ]
        for channel, one in rules.channels.items():
            where = ("companies", company, "channels", channel, "reports")
            at += [((*where, place), name) for place, name in enumerate(one.reports)]
        for place, name in at:
            if name not in known:
                message = Sentence(
                    "there is no file statements/{name}.yaml{hint}", name=name, hint=did_you_mean(name, known)
                )
                yield file.finding(place, message)
