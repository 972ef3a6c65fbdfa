"""Documents of Bsale by kind, and what the project's mapping books of them."""

from collections import defaultdict
from decimal import Decimal

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.mapping import AccountMapping
from support.bsale_landings import DAY

BOX = cash_box("austral_oficina_1")
MAPPING = account_mapping("bsale_chile")
INCOME_TABLES = ("income_of_document_type", "returns_of_document_type")
MONEY, RETURNS, INCOME, VAT = ("1.1.01.001",), "4.2.02.002", "4.1.02.001", "2.1.02.001"
NEW = ("52", "50", "40", "43", "47", "103", "999", "no_code", "unknown", "Nota de pedido")


def saying(mapping: AccountMapping = MAPPING, **fields: object) -> AccountMapping:
    said = mapping.model_dump(mode="json") | fields
    return AccountMapping.model_validate(said)


def knowing(types: dict[str, object]) -> AccountMapping:
    """The mapping with these kinds of documents, and an account for each of them."""
    said = MAPPING.model_dump(mode="json")
    said["document_types"] |= types
    said["tables"]["income_of_document_type"]["values"] |= dict.fromkeys(types, INCOME)
    said["tables"]["returns_of_document_type"]["values"] |= dict.fromkeys(types, RETURNS)
    return AccountMapping.model_validate(said)


def balances(documents: list[Document], mapping: AccountMapping) -> dict[str, Decimal]:
    derivation = derive(documents, mapping, BOX, DAY)
    assert derivation.problems == []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in derivation.entries:
        for line in entry.lines:
            sums[line.account] += line.amount if line.side is Side.DEBIT else -line.amount
    return dict(sums)


def document(document_type: str, net: int, kind: Kind = Kind.PAYMENT, **attributes: str) -> Document:
    known = {"form": "1", "document_type": document_type} | attributes
    if kind is Kind.PAYMENT:
        known |= {"postdated": "false"}
    amounts = {"net": Decimal(net)} | ({"reopened": Decimal(0)} if kind is Kind.REFUND else {})
    return Document("bsale", kind, "7", DAY, "CLP", "1", amounts, known, "payments/0", "97")
