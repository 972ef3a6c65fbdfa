"""Which companies' invoices are served to an SGI, and what of their books is an invoice: ``served_invoices.yaml``."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from cierre.accounting_files.files import read_yaml
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.served_invoices import ServedCompanies, ServedCompany
from cierre.bookkeeping.suggestions import did_you_mean

FILE = "served_invoices.yaml"


def served_companies() -> dict[str, ServedCompany]:
    """The rules by company; none without the file. Raises MappingError with all that is wrong in it."""
    found = read_settings(FILE, ServedCompanies)
    return found.companies if found else {}


def check_served_companies(boxes: Mapping[str, CashBox]) -> None:
    """Raises MappingError with all that is wrong in the file, or does not fit the cash boxes that there are."""
    folder = mappings_folder()
    if strange := list(_unfit(served_companies(), boxes)):
        file = read_yaml(folder / FILE, folder)
        raise MappingError(folder, [file.finding(("companies", company), why) for company, why in strange])


def _unfit(served: Mapping[str, ServedCompany], boxes: Mapping[str, CashBox]) -> Iterator[tuple[str, Sentence]]:
    known = {box.company for box in boxes.values()}
    for company in served:
        currencies = sorted({box.currency for box in boxes.values() if box.company == company})
        if len(currencies) > 1:
            message = (
                "boxes of company {company} keep {currencies}, and what is served says no currency: leave the company"
                " out"
            )
            yield company, Sentence(message, company=company, currencies=", ".join(currencies))
        elif not currencies:
            hint = did_you_mean(company, known)
            yield company, Sentence("there is no cash box of company {company}{hint}", company=company, hint=hint)


def digest_of(rules: ServedCompany, mappings: Iterable[AccountMapping]) -> str:
    """SHA-256 of what a company's rules and its boxes' account mappings say: what was made by others is made again."""
    said = [rules.model_dump_json(), *sorted(mapping.digest for mapping in mappings)]
    return sha256("\n".join(said).encode()).hexdigest()
