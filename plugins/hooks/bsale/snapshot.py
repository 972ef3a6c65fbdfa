"""What is landed of a company's day, as the source port's functions read it back."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cierre.bookkeeping import json_text
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.treatment import country_of
from cierre.ports.errors import DataError, RetriableError
from hooks.bsale import words as shapes
from hooks.bsale.answers import VENDOR, identity
from hooks.http.hook import describe, one_line

LISTS = ("payments", "undated", "group_payment_types")

COUNTS = ("active", "voided", "before", "listed", "after")
"""Of the day's payments, and of all: as count.json had it before the list was read, as listed, and after it."""

NO_CODE = "no_code"
"""Stands for a kind of document to which the tax office gives no code, where its name is not known."""


class DocumentType(NamedTuple):
    """A kind of document of a company: its code at the tax office ("" for none), what mappings know it by, and whether
    it is a credit note by the company's own word."""

    code: str
    label: str
    is_credit_note: bool = False

    @classmethod
    def of_code(cls, code: str) -> "DocumentType":
        """One of which only the code is known."""
        return cls(code, code or NO_CODE)


def catalogue_of(rows: Iterable[dict[str, Any]]) -> dict[str, DocumentType]:
    """Kinds of documents by their id, of the rows of document_types.json. One without a code is known by its name."""
    rows = [row for row in rows if identity(row.get("id"))]
    names = Counter(_name(row) for row in rows if not identity(row.get("codeSii")))
    found = {}
    for row in rows:
        number, code, name = identity(row["id"]), identity(row.get("codeSii")), _name(row)
        own = name if names[name] == 1 else f"{name} ({number})"
        # A name that is a number could be taken for a code.
        label = code or (own if name and not name.isdecimal() else f"{NO_CODE}_{number}")
        found[number] = DocumentType(code, label, shapes.flag(row.get("isCreditNote")) is True)
    return found


def _name(row: dict[str, Any]) -> str:
    name = row.get("name")
    return one_line("".join(sign if sign.isprintable() else " " for sign in name)) if isinstance(name, str) else ""


@dataclass(frozen=True)
class Landing:
    """A company's day.

    ``payments`` are those that Bsale gives for the day; ``undated`` those without a recordDate that were made on it and
    that it does not give. ``groups`` are its totals; ``types`` the kinds of document of each payment id, as lists by
    kind told them, ``catalogue`` those that the company has, by their id; ``credit`` tells of each form whether it is
    client credit, ``contradicted`` are those of which it is told both ways; ``count`` is how many payments it counts;
    ``owner`` whose token it was (RUT), empty where that could not be asked; ``has_repeated`` whether a field stands
    twice anywhere in it; ``far`` the first of the payments that were made on it and are dated far from it.
    """

    zone: ZoneInfo
    payments: list[dict[str, Any]]
    undated: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    types: dict[str, set[str]]
    catalogue: dict[str, DocumentType]
    credit: dict[str, bool | None]
    count: dict[str, int]
    owner: str
    contradicted: frozenset[str] = frozenset()
    has_repeated: bool = False
    far: tuple[dict[str, Any], ...] = ()

    def places(self) -> list[tuple[str, dict[str, Any]]]:
        """Every row of a payment with its place in the landed body: ``payments/17``."""
        lists = {"payments": self.payments, "undated": self.undated}
        return [(f"{name}/{number}", row) for name, rows in lists.items() for number, row in enumerate(rows)]

    def is_client_credit(self, row: dict[str, Any]) -> bool | None:
        """Whether a payment's form is client credit; None where Bsale does not tell, or tells both."""
        return self.credit.get(shapes.form(row))

    def kind(self, row: dict[str, Any], currency: str) -> Kind:
        """What a payment is to the books."""
        return shapes.kind(row, self.is_client_credit(row), self.pays_out(row, currency))

    def document_type(self, row: dict[str, Any]) -> str:
        """The kind of the document paid: the tax office's code, or the company's own name of a kind without one.

        Empty where there are several, or none is known.
        """
        return _only(self._types(row), lambda one: one.label)

    def code(self, row: dict[str, Any]) -> str:
        """The tax office's code of the document paid; empty where there are several, or it is not known or has none."""
        return _only(self._types(row), lambda one: one.code)

    def pays_out(self, row: dict[str, Any], currency: str) -> bool:
        """Whether the company pays for documents of this kind, such as credit notes."""
        types = self._types(row)
        return bool(types) and len(self._paid_out(types, currency)) == len(types)

    def kinds_paid_out(self, row: dict[str, Any], currency: str) -> tuple[list[str], list[str]]:
        """The kinds of the documents paid, as mappings know them: those that the company pays, and the others."""
        types = self._types(row)
        out = self._paid_out(types, currency)
        if not out:
            return [], []
        return sorted(one.label for one in out), sorted(one.label for one in types - out)

    @staticmethod
    def _paid_out(types: set[DocumentType], currency: str) -> set[DocumentType]:
        country = country_of(currency)
        known = country.money_out if country else frozenset()
        return {one for one in types if one.code in known or one.is_credit_note}

    def is_purchase(self, row: dict[str, Any], currency: str) -> bool:
        """Whether the document paid is one by which the company buys."""
        country = country_of(currency)
        return country is not None and self.code(row) in country.purchases

    def knows_type(self, row: dict[str, Any]) -> bool:
        """Whether it is known of which kinds the documents paid are."""
        return bool(self._types(row))

    def shows_type(self, row: dict[str, Any]) -> bool:
        """Whether a payment itself tells of which kind its document is."""
        return bool(self._shown_types(row))

    def with_types(self, types: dict[str, set[str]]) -> "Landing":
        """The same, knowing kinds of documents of payment ids."""
        return replace(self, types=types)

    def with_groups(self, groups: list[dict[str, Any]]) -> "Landing":
        """The same with other totals."""
        credit, contradicted = _client_credit(groups, self.payments + self.undated)
        return replace(self, groups=groups, credit=credit, contradicted=contradicted)

    def _types(self, row: dict[str, Any]) -> set[DocumentType]:
        if shown := self._shown_types(row):
            return shown
        return {DocumentType.of_code(code) for code in self.types.get(identity(row.get("id")), ())}

    def _shown_types(self, row: dict[str, Any]) -> set[DocumentType]:
        """The kinds of all documents paid, as the payment shows them; none where it does not show each."""
        kinds = set()
        for node in paid(row):
            if (kind := document_type_of(node, self.catalogue)) is None:
                return set()
            kinds.add(kind)
        return kinds


def paid(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The documents that a payment pays, as it shows them."""
    if listed := shapes.listed(row):
        return [node for node in listed if isinstance(node, dict)]
    node = row.get("document")
    return [node] if isinstance(node, dict) else []


def document_type_of(document: dict[str, Any], catalogue: dict[str, DocumentType]) -> DocumentType | None:
    """The kind of a document that is written out in a payment; None where it does not tell, or nobody knows it."""
    node = document.get("document_type")
    number = identity(node.get("id")) if isinstance(node, dict) else ""
    if number in catalogue:
        return catalogue[number]
    for told in (node, document):
        if isinstance(told, dict) and (code := identity(told.get("codeSii", told.get("codesii")))):
            return DocumentType.of_code(code)
    return None


def _only(types: set[DocumentType], of: Callable[[DocumentType], str]) -> str:
    said = set(map(of, types))
    return said.pop() if len(said) == 1 else ""


def landing(body: str) -> Landing:
    """A landed body. Raises RetriableError if it is not whole JSON, DataError if it is none of Bsale's landings."""
    try:
        said = json_text.read(body)
    except ValueError:
        raise RetriableError(f"the landed body is {describe(body)}, not whole JSON", vendor=VENDOR) from None
    try:
        payments, undated, groups = ([_an_object(row) for row in said[name]] for name in LISTS)
        types: dict[str, set[str]] = defaultdict(set)
        for code, ids in said["document_types"].items():
            for number in ids:
                types[number].add(code)
        return landing_of(
            zone=ZoneInfo(said["timezone"]),
            payments=payments,
            undated=undated,
            groups=groups,
            types=dict(types),
            # A day that was landed before these were asked for has neither.
            catalogue=[_an_object(one) for one in said.get("catalogue", [])],
            count={name: int(said["count"][name]) for name in COUNTS} | {"far": int(said["count"].get("far", 0))},
            far=[_an_object(row) for row in said.get("far", [])],
            owner=identity(said.get("owner")),
            has_repeated=json_text.had_repeated(body),
        )
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OSError,
    ) as error:  # OSError: a zone's name that is too long
        message = f"the landed body is no day of Bsale ({type(error).__name__}: {error})"
        raise DataError(message, vendor=VENDOR) from None


def landing_of(
    *,
    zone: ZoneInfo,
    payments: list[dict[str, Any]],
    undated: list[dict[str, Any]],
    groups: list[dict[str, Any]],
    types: dict[str, set[str]],
    catalogue: list[dict[str, Any]],
    count: dict[str, int],
    owner: str = "",
    has_repeated: bool = False,
    far: Iterable[dict[str, Any]] = (),
) -> Landing:
    """A day, put together from what Bsale answered."""
    credit, contradicted = _client_credit(groups, payments + undated)
    kinds = catalogue_of(catalogue)
    told = (owner, contradicted, has_repeated, tuple(far))
    return Landing(zone, payments, undated, groups, types, kinds, credit, count, *told)


def _an_object(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise TypeError(f"a row is a {type(row).__name__}")
    return row


def _client_credit(
    groups: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> tuple[dict[str, bool | None], frozenset[str]]:
    """Of each form whether it is client credit, by the totals and by the payments that show their form: None where
    these do not say the same, or say what is neither 0 nor 1. And the forms of which they say both."""
    told: dict[str, set[bool | None]] = defaultdict(set)
    for group in groups:
        if "isClientCredit" in group:
            told[identity(group.get("paymentTypeId"))].add(shapes.flag(group["isClientCredit"]))
    for row in rows:
        node = row.get("payment_type")
        if isinstance(node, dict) and "isClientCredit" in node:
            told[shapes.form(row)].add(shapes.flag(node["isClientCredit"]))
    credit = {form: words.pop() if len(words) == 1 else None for form, words in told.items()}
    return credit, frozenset(form for form, words in told.items() if {True, False} <= words)
