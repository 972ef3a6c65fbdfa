"""What the closing assumes of a source, as tests that every source inherits (docs/developers/adding-a-source.md)."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.documents import Reading
from cierre.bookkeeping.json_text import row_at
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.personal import is_token, parted
from cierre.closing.derive import derive
from cierre.closing.land import land
from cierre.closing.landed_day import LandedDay
from cierre.closing.post import post
from cierre.closing.reconcile import reconcile
from cierre.closing.stage import stage
from cierre.ports.errors import DataError, FatalError, RetriableError, VendorError
from cierre.ports.source import SourceDescription, SourceHook
from conformance.surroundings import accountants_files, by_hand, connect
from fuzz.mutations import Object, parsed, places, value_at, written
from hooks.registry import SOURCES
from sandbox.server import SandboxServer

HOSTILE = {
    "nothing": "",
    "no-text": "\x00\x1b[31m\u202e\ufeff",
    "long": "Ñandú " * 2_000,
    "another-language": "'; DROP TABLE staging.document; --{n}%s",
}
"""Texts that people and programs put where a name was expected."""

FAULTS: dict[str, tuple[dict[str, Any], type[VendorError] | tuple[type[VendorError], ...]]] = {
    "401": ({"action": "status", "status": 401}, FatalError),
    "403": ({"action": "status", "status": 403}, FatalError),
    "429": ({"action": "status", "status": 429, "retry_after": 3600}, RetriableError),
    "500": ({"action": "status", "status": 500}, RetriableError),
    "503": ({"action": "status", "status": 503}, RetriableError),
    "no-answer": ({"action": "latency"}, RetriableError),
    "hung-up": ({"action": "drop_after"}, RetriableError),
    "cut-off": ({"action": "cut_off"}, RetriableError),
    "half": ({"action": "truncated_json"}, RetriableError),
    # A page of a proxy passes; a page of another service does not: both are told, and neither is landed.
    "a-page": ({"action": "html_200"}, (RetriableError, DataError, FatalError)),
    "blank": ({"action": "empty_200"}, (RetriableError, DataError, FatalError)),
}
"""What can come between a source and its answer, and which errors may say so."""


class SourceContract:
    """A source, asked by its real hook at its stand-in. Subclasses are called ``Test…`` and say what is their own:

    ``box`` is the stem of a box's file that the source fills on ``day``, and not on ``quiet_day``; ``accountants`` a
    folder with that file and its mapping, where they are not the project's. ``attests`` says whether the source has
    figures of its own for a day; ``personal`` names the fields of a landed row that are about people, ``own`` those of
    a landed body that the hook wrote itself.
    """

    box: ClassVar[str]
    attests: ClassVar[bool]
    personal: ClassVar[frozenset[str]]
    own: ClassVar[frozenset[str]] = frozenset()
    day: ClassVar[date] = date(2024, 9, 6)
    quiet_day: ClassVar[date] = date(2024, 9, 8)
    accountants: ClassVar[Path | None] = None

    def prepare(self, sandbox: SandboxServer) -> None:
        """Sets the stand-in up, where it is not as it should be by itself."""

    @pytest.fixture
    def till(self, sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CashBox:
        """The box, connected to the stand-in; there is no ledger."""
        monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(accountants_files(tmp_path / "mappings", self.accountants)))
        monkeypatch.delenv("AIRFLOW_CONN_LEDGER_DB", raising=False)
        self.prepare(sandbox)
        box = cash_box(self.box)
        connect(sandbox.url, box.connection, monkeypatch)
        return box

    @pytest.fixture
    def source(self, till: CashBox) -> SourceDescription:
        return SOURCES[till.source]

    @pytest.fixture
    def hook(self, till: CashBox) -> SourceHook:
        """The source's hook, made by hand."""
        return by_hand(till.source, till.connection)

    @pytest.fixture
    def body(self, hook: SourceHook, till: CashBox) -> str:
        """The answer for the day."""
        return hook.fetch(till.key, self.day).body

    @pytest.fixture
    def read(self, till: CashBox) -> Callable[..., Reading]:
        return lambda body, day=None: self._landed(till, body, day).reading()

    def _landed(self, till: CashBox, body: str, day: date | None = None) -> LandedDay:
        return LandedDay(till, day or self.day, body, lambda *_: [])

    # A day as it is

    def test_every_row_of_a_day_is_a_document_or_in_quarantine(self, till, body, read):
        reading, totals = read(body), self._landed(till, body).control_totals()
        rows = [*reading.documents, *reading.quarantined]
        assert reading.documents
        assert sum(total.count for total in totals) == len(rows)
        assert sum((total.net for total in totals), ZERO) == sum((row.net or ZERO for row in rows), ZERO)

    def test_each_form_of_payment_of_a_kind_holds_money_of_one_currency(self, till, body, read):
        reading, currencies = read(body), defaultdict(set)
        for row in [*reading.documents, *reading.quarantined, *self._landed(till, body).control_totals()]:
            currencies[row.kind, row.form].add(row.currency)
        assert {len(found) for found in currencies.values()} == {1}

    def test_documents_are_in_the_words_that_a_mapping_may_use(self, source, body, read):
        for document in read(body).documents:
            shape = source.vocabulary[document.kind]
            assert document.amounts.keys() <= shape.components.keys()
            assert document.amounts.keys() >= shape.components.keys() - shape.rare
            assert document.attributes.keys() <= shape.attributes.keys()
            for name, value in document.attributes.items():
                assert not shape.attributes[name] or value in shape.attributes[name]
            for name, amount in document.amounts.items():
                parts = [document.amounts.get(part, ZERO) for part in shape.parts(name)]
                assert amount == sum(parts, ZERO)
                assert isinstance(amount, Decimal)

    def test_documents_are_of_the_day_and_each_is_there_once(self, till, body, read):
        documents = read(body).documents
        assert {(document.source, document.business_date) for document in documents} == {(till.source, self.day)}
        assert len({document.key for document in documents}) == len(documents)

    def test_an_answer_means_the_same_whenever_it_is_read(self, body, read):
        assert read(body) == read(body)

    def test_a_certificate_holds_or_the_day_is_unattested(self, till, body):
        claims = self._landed(till, body).claims()
        assert contradictions(claims) == []
        own = [
            claim for claim in claims if not claim.inner_rule and (claim.attested, claim.attested_rows) != (None, None)
        ]
        assert bool(own) is self.attests

    def test_a_day_without_takings_is_whole_and_empty(self, till, hook, read):
        body = hook.fetch(till.key, self.quiet_day).body
        landed = self._landed(till, body, self.quiet_day)
        assert landed.reading() == Reading()
        assert landed.control_totals() == []
        assert contradictions(landed.claims()) == []

    def test_what_happens_after_the_day_is_not_of_it(self, till, hook, body, read):
        hook.fetch(till.key, self.day + timedelta(days=1))
        assert read(hook.fetch(till.key, self.day).body) == read(body)

    def test_a_source_that_says_it_can_tell_without_the_rows_says_that_a_day_is_as_it_was_just_landed(
        self, source, hook, body
    ):
        if source.rechecks:
            assert hook.still_says(body, self.day)

    def test_what_is_landed_together_is_the_same_for_every_box_of_the_connection(self, source, till):
        assert source.landing_key(till.key) in (till.key, "*")
        for kind in source.vocabulary:
            assert source.unique(kind)

    # What nobody expected

    def test_a_field_that_is_new_changes_no_document(self, body, read):
        reading = read(body)
        changed = _with_a_new_field(body, reading)
        assert changed != body
        assert _figures(read(changed)) == _figures(reading)

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_what_people_are_called_changes_no_money(self, body, read, text):
        before = read(body)
        after = read(_with_texts(body, self.personal, text))
        assert sum((one.net for one in after.documents), ZERO) == sum((one.net for one in before.documents), ZERO)
        assert len(after.quarantined) == len(before.quarantined)

    def test_whatever_a_text_says_the_day_is_read_or_refused_in_a_sentence(self, till, body):
        # One text a field; `make fuzz` puts anything anywhere.
        names = sorted({name for name, _ in _texts(body)} - self.own)
        for name, text in zip(names, cycle(HOSTILE.values()), strict=False):
            landed = self._landed(till, _with_texts(body, {name}, text))
            for read in (landed.reading, landed.control_totals, landed.claims):
                with suppress(VendorError):
                    read()

    def test_people_are_hidden_from_those_who_may_not_see_them(self, source, body):
        values = {name: value for name, value in _texts(body) if name in self.personal}
        assert values.keys() == self.personal
        left = parted(body, source.open_fields_of(body)).text
        assert {name for name, value in _texts(left) if value and not is_token(value)}.isdisjoint(self.personal)
        new = parted(json.dumps([{"neverSeen": "Ana María Vera"}]), source.open_fields)
        assert "Vera" not in new.text

    def test_what_is_landed_is_read_as_the_whole_answer(self, source, body, read):
        landed = parted(body, source.open_fields_of(body)).text
        assert read(landed).documents == read(body).documents

    def test_no_document_and_no_reason_tells_of_people(self, body, read):
        reading = read(body)
        told = repr([reading.documents, [row.message for row in reading.quarantined]])
        assert not [value for name, value in _texts(body) if name in self.personal and len(value) > 4 and value in told]

    # What comes between

    @pytest.mark.parametrize(("fault", "kind"), FAULTS.values(), ids=FAULTS)
    def test_what_goes_wrong_is_told_by_what_may_be_done_next(self, sandbox, till, monkeypatch, fault, kind):
        connect(sandbox.url, till.connection, monkeypatch, read_timeout=0.5)
        sandbox.faults.add(vendor=till.source, times=None, **fault)
        with pytest.raises(VendorError) as failure:
            by_hand(till.source, till.connection).fetch(till.key, self.day)
        assert isinstance(failure.value, kind), failure.value
        assert failure.value.vendor in str(failure.value)
        assert "sandbox" not in str(failure.value).replace(sandbox.url, "")  # its password
        if retry_after := fault.get("retry_after"):
            assert failure.value.retry_after == retry_after

    def test_a_source_that_is_not_there_is_asked_again_later(self, till, monkeypatch, unused_port):
        connect(f"http://127.0.0.1:{unused_port}", till.connection, monkeypatch)
        with pytest.raises(RetriableError):
            by_hand(till.source, till.connection).fetch(till.key, self.day)

    # In a notebook

    def test_a_connection_is_all_that_a_hook_needs_to_be_tried(self, sandbox, till, source, monkeypatch, tmp_path):
        monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
        hook = source.hook(till.connection)
        assert sandbox.calls(till.source) == 0
        works, sentence = hook.test_connection()
        assert works, sentence
        assert sandbox.calls(till.source) > 0

    def test_where_a_connection_leads_is_known_without_asking_and_tells_no_password(self, sandbox, till, hook):
        assert hook.site.startswith(sandbox.url)
        assert hook.site == by_hand(till.source, till.connection).site
        assert "sandbox" not in hook.site.replace(sandbox.url, "")
        assert sandbox.calls(till.source) == 0

    # All of it

    def test_a_day_closes_and_closes_again_without_a_word_to_the_erp(
        self, till, sandbox, ledger: psycopg.Connection, ledger_dsn: str, monkeypatch
    ):
        monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://"))
        connect(sandbox.url, till.erp.connection, monkeypatch)
        first = list(self._close(till, ledger))
        posted = sandbox.calls(till.erp.connection)
        assert first[-1]["state"] == "reconciled"
        assert posted
        assert sum(document.debit for document in sandbox.protheus_ledger(live=True)) == first[2].total
        assert list(self._close(till, ledger))[-1]["state"] == "reconciled"
        assert sandbox.calls(till.erp.connection) == posted

    def _close(self, till: CashBox, ledger: psycopg.Connection) -> Iterator[Any]:
        yield land(till, self.day, ledger)
        yield stage(till, self.day, ledger)
        yield derive(till, self.day, ledger)
        yield post(till, self.day, ledger, lambda seconds: None)
        yield reconcile(till, self.day, ledger)


def _figures(reading: Reading) -> list[Any]:
    """What the books take of documents; an id may be made of a row's whole content."""
    return [
        *((one.kind, one.form, one.amounts, one.attributes, one.place, one.reference) for one in reading.documents),
        *((row.kind, row.reason, row.place, row.net) for row in reading.quarantined),
    ]


def _with_a_new_field(body: str, reading: Reading) -> str:
    """An answer whose rows of documents have a field that nobody knows."""
    rows = {tuple(row_at(body, document.place)) for document in reading.documents}
    root = [parsed(body)]
    for place in list(places(root)):
        row = value_at(place)
        if isinstance(row, Object) and tuple(name for name, _ in row) in rows:
            row.append(["neverSeen", "Ana María Vera"])
    return written(root[0])


def _texts(body: str) -> Iterator[tuple[str, str]]:
    """Every text of an answer that says something, by the field that it stands in."""

    def below(node: Any, name: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, dict):
            for own, value in node.items():
                yield from below(value, own)
        elif isinstance(node, list):
            for value in node:
                yield from below(value, "")
        elif isinstance(node, str) and node:
            yield name, node

    yield from below(json.loads(body), "")


def _with_texts(body: str, names: frozenset[str] | set[str], text: str) -> str:
    """The answer with another text in these fields."""

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        return {name: text if name in names and isinstance(value, str) else value for name, value in row.items()}

    return json.dumps(json.loads(body, object_hook=changed))
