"""Documents as columns: those of a day of a million are lists, and a Document is made where somebody asks for one."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import islice
from operator import attrgetter, le
from typing import NamedTuple, Self

from cierre.bookkeeping.documents import Document, Kind


class Common(NamedTuple):
    """What many documents have in common: all of them have the same one, where they are read together."""

    source: str
    kind: Kind
    business_date: date
    currency: str
    form: str
    attributes: Mapping[str, str]

    @classmethod
    def of(cls, document: Document) -> Self:
        """A document's own."""
        source, kind, _, day, currency, form, _, attributes, _, _ = document
        return cls(source, kind, day, currency, form, attributes)


class Documents(Mapping[str, Document]):
    """Documents by key. The n-th of each column is the n-th document's; no key is there twice.

    As a mapping it makes a Document at each asking: whoever goes through all of them reads the columns, or ``all``.
    """

    def __init__(self) -> None:
        self.all_keys: list[str] = []
        self.commons: list[Common] = []
        self.amounts: list[Mapping[str, Decimal]] = []
        self.places: list[str] = []
        self.references: list[str] = []

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Self:
        """The columns of documents, in their order; of several with one key the last."""
        by_key, made = {document.key: document for document in documents}, cls()
        made.all_keys = list(by_key)
        made.commons = list(map(Common.of, by_key.values()))
        made.amounts = [document.amounts for document in by_key.values()]
        made.places = [document.place for document in by_key.values()]
        made.references = [document.reference for document in by_key.values()]
        return made

    def nth(self, number: int) -> Document:
        """The document of a number, which counts from 0."""
        key, common = self.all_keys[number], self.commons[number]
        return Document(
            source=common.source,
            kind=common.kind,
            source_id=key[len(common.source) + len(common.kind) + 2 :],
            business_date=common.business_date,
            currency=common.currency,
            form=common.form,
            amounts=self.amounts[number],
            attributes=common.attributes,
            place=self.places[number],
            reference=self.references[number],
        )

    def all(self) -> list[Document]:
        """All documents, in the order of the columns."""
        return list(map(self.nth, range(len(self))))

    def number(self, key: str) -> int:
        """The number of the document of a key. Raises KeyError where there is none."""
        return self._numbers[key]

    def in_order(self) -> "Documents":
        """The same in the order of their keys, which is mostly the one that they are in."""
        if all(map(le, self.all_keys, islice(self.all_keys, 1, None))):
            return self
        return Documents.of(sorted(self.all(), key=attrgetter("key")))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.all_keys)}

    def __getitem__(self, key: str) -> Document:
        return self.nth(self.number(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self.all_keys)

    def __len__(self) -> int:
        return len(self.all_keys)
