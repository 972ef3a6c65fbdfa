"""What is landed of a company's day, as the source port's functions read it back."""

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hooks import bsale_shapes as shapes
from hooks.bsale_answers import VENDOR, identity
from hooks.errors import DataError, RetriableError
from hooks.vendor import describe

LISTS = ("payments", "undated", "group_payment_types")


@dataclass(frozen=True)
class Landing:
    """A company's day.

    ``payments`` are those that Bsale gives for the day; ``undated`` those without a recordDate that were made on it and
    that it does not give. ``groups`` are its totals; ``types`` the kinds of document of each payment id; ``credit``
    tells of each form whether it is client credit; ``count`` is how many payments it counts.
    """

    zone: ZoneInfo
    payments: list[dict[str, Any]]
    undated: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    types: dict[str, set[str]]
    credit: dict[str, bool | None]
    count: dict[str, int]

    def places(self) -> list[tuple[str, dict[str, Any]]]:
        """Every row of a payment with its place in the landed body: ``payments/17``."""
        lists = {"payments": self.payments, "undated": self.undated}
        return [(f"{name}/{number}", row) for name, rows in lists.items() for number, row in enumerate(rows)]

    def is_client_credit(self, row: dict[str, Any]) -> bool | None:
        """Whether a payment's form is client credit; None where Bsale tells nothing of that form."""
        return self.credit.get(shapes.form(row))

    def document_type(self, row: dict[str, Any]) -> str:
        """The tax office's code of the document paid; empty where there are several, or none is known."""
        codes = self.types.get(identity(row.get("id")), set())
        return next(iter(codes)) if len(codes) == 1 else ""


def landing(body: str) -> Landing:
    """A landed body. Raises RetriableError if it is not whole JSON, DataError if it is none of Bsale's landings."""
    try:
        said = json.loads(body, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        raise RetriableError(f"the landed body is {describe(body)}, not whole JSON", vendor=VENDOR) from None
    try:
        payments, undated, groups = ([_an_object(row) for row in said[name]] for name in LISTS)
        types: dict[str, set[str]] = defaultdict(set)
        for code, ids in said["document_types"].items():
            for number in ids:
                types[number].add(code)
        return Landing(
            zone=ZoneInfo(said["timezone"]),
            payments=payments,
            undated=undated,
            groups=groups,
            types=dict(types),
            credit=_client_credit(groups, payments + undated),
            count={name: int(number) for name, number in said["count"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"the landed body is no day of Bsale ({type(error).__name__}: {error})"
        raise DataError(message, vendor=VENDOR) from None


def _an_object(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise TypeError(f"a row is a {type(row).__name__}")
    return row


def _client_credit(groups: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, bool | None]:
    """Of each form whether it is client credit, by the totals' words or the expanded form of a payment."""
    told = {identity(group.get("paymentTypeId")): shapes.flag(group.get("isClientCredit")) for group in groups}
    for row in rows:
        node = row.get("payment_type")
        if isinstance(node, dict) and "isClientCredit" in node:
            told.setdefault(shapes.form(row), shapes.flag(node["isClientCredit"]))
    return told
