"""The box, the day and the mapping that these tests book with: the project's own."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.mapping import AccountMapping

DAY = date(2024, 9, 6)


@pytest.fixture(scope="session")
def day() -> date:
    return DAY


@pytest.fixture(scope="session")
def box() -> CashBox:
    return cash_box("itb_caja_164")


@pytest.fixture(scope="session")
def mapping() -> AccountMapping:
    return account_mapping("sga_ecuador")


@pytest.fixture(scope="session")
def changed(mapping: AccountMapping) -> Callable[..., AccountMapping]:
    """A function that gives the mapping with postings of one kind replaced, as an accountant would write them."""

    def change(kind: Kind, postings: list[dict], **fields: object) -> AccountMapping:
        said = mapping.model_dump(mode="json")
        return AccountMapping.model_validate({**said, "postings": {**said["postings"], kind: postings}, **fields})

    return change


@pytest.fixture(scope="session")
def payment() -> Callable[..., Document]:
    """A function that makes a payment: cash, 35.30, of type 2 and programme 1, unless told otherwise."""

    def make(source_id: str = "0-a-1", **fields: str) -> Document:
        known = {"promotion": "0", "scholarship": "0", "net": "35.30", **fields}
        amounts = {name: Decimal(known[name]) for name in ("net", "promotion", "scholarship")}
        amounts["gross"] = Decimal(fields["gross"]) if "gross" in fields else sum(amounts.values(), Decimal(0))
        standard = {"form": "1", "revenue_type": "2", "programme": "1", "fraud": "false"}
        attributes = {name: fields.get(name, value) for name, value in standard.items()}
        return Document(
            source="sga",
            kind=Kind.PAYMENT,
            source_id=source_id,
            business_date=date.fromisoformat(fields.get("business_date", f"{DAY}")),
            currency=fields.get("currency", "USD"),
            form=attributes["form"],
            amounts=amounts,
            attributes=attributes,
            place="0/PAGOS/0",
            reference=fields.get("reference", ""),
        )

    return make
