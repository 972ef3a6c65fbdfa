"""Whatever documents a day holds: never an unbalanced entry, a negative line or a lost cent."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings, strategies as st

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind, totals
from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.bookkeeping.mapping import AccountMapping

DAY = date(2024, 9, 6)
BOX = cash_box("itb_caja_164")
SUMMARY = account_mapping("sga_ecuador")

_said = SUMMARY.model_dump(mode="json")
for _postings in _said["postings"].values():
    for _posting in _postings:
        _posting["history"] = "{box_key} {reference}"
DETAIL = AccountMapping.model_validate(_said)
"""The same booking with lines by document, so that days are split."""

FORMS = list(SUMMARY.form_names)
FORMS_OF_RECEIPTS = [form for form in FORMS if form not in ("7", "8", "15")]
PROGRAMMES = list(SUMMARY.tables["cost_centre_of_programme"].values)
REVENUE_TYPES = list(SUMMARY.tables["income_of_revenue_type"].values)

cents = st.integers(0, 10_000_000).map(lambda number: Decimal(number).scaleb(-2))
discounts = st.just(Decimal("0.00")) | cents


def document(kind: Kind, form: str, amounts: Mapping[str, Decimal], **attributes: str) -> Document:
    return Document(
        source="sga",
        kind=kind,
        source_id="",
        business_date=DAY,
        currency="USD",
        form=form,
        amounts=amounts,
        attributes={**attributes, "form": form} if form else attributes,
        place="",
    )


payments = st.builds(
    lambda net, promotion, scholarship, form, revenue_type, programme, fraud: document(
        Kind.PAYMENT,
        form,
        {
            "net": net,
            "promotion": promotion,
            "scholarship": scholarship,
            "gross": net + promotion + scholarship,
        },
        revenue_type=revenue_type,
        programme=programme,
        fraud=fraud,
    ),
    cents,
    discounts,
    discounts,
    st.sampled_from(FORMS),
    st.sampled_from(REVENUE_TYPES),
    st.sampled_from(PROGRAMMES),
    st.sampled_from(["true", "false"]),
)
credit_notes = st.builds(
    lambda net, programme, note_type, fraud: document(
        Kind.CREDIT_NOTE, "", {"net": net}, programme=programme, note_type=note_type, fraud=fraud
    ),
    cents,
    st.sampled_from(PROGRAMMES),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["true", "false"]),
)
receipts = st.builds(
    lambda net, programme, form: document(Kind.RECEIPT, form, {"net": net}, programme=programme),
    cents,
    st.sampled_from(PROGRAMMES),
    st.sampled_from(FORMS_OF_RECEIPTS),
)


def numbered(documents: list[Document]) -> list[Document]:
    """Identical rows can both be right, so each document has an id of its own; references repeat."""
    return [
        one._replace(source_id=f"{number}", place=f"0/{number}", reference=f"001-002-{number % 7:09}")
        for number, one in enumerate(documents)
    ]


days = st.lists(payments | credit_notes | receipts, max_size=40).map(numbered)
mappings = st.sampled_from([SUMMARY, DETAIL])
limits = st.integers(4, 30) | st.just(999)
many = settings(suppress_health_check=[HealthCheck.too_slow])


def entries_of(documents: Iterable[Document], mapping: AccountMapping, max_lines: int = 999) -> list[JournalEntry]:
    derivation = derive(documents, mapping, BOX, DAY, max_lines)
    assert derivation.problems == []
    return derivation.entries


@many
@given(days, mappings, limits)
def test_every_entry_balances_with_positive_lines_within_its_limits(documents, mapping, max_lines):
    for part, entry in enumerate(entries_of(documents, mapping, max_lines), start=1):
        debit = sum(line.amount for line in entry.lines if line.side is Side.DEBIT)
        assert debit == sum(line.amount for line in entry.lines if line.side is Side.CREDIT)
        assert all(line.amount > 0 and len(line.history) <= 40 for line in entry.lines)
        assert all(line.amount == sum(source.amount for source in line.sources) for line in entry.lines)
        assert len(entry.lines) <= max_lines
        assert entry.part == part


@many
@given(days, mappings, limits)
def test_by_kind_and_form_the_net_debits_are_the_documents_net(documents, mapping, max_lines):
    by_key = {one.key: one for one in documents}
    booked: Counter = Counter()
    for entry in entries_of(documents, mapping, max_lines):
        for line in entry.lines:
            for source in line.sources:
                if line.side is Side.DEBIT and source.component == "net":
                    origin = by_key[source.document_key]
                    booked[origin.kind, origin.form] += source.amount

    assert booked == {(total.kind, total.form): total.net for total in totals(documents) if total.net}


@many
@given(days, mappings, limits)
def test_net_and_discounts_of_payments_are_the_revenue_credited(documents, mapping, max_lines):
    wanted = sum(
        one.amounts["net"] + one.amounts["promotion"] + one.amounts["scholarship"]
        for one in documents
        if one.kind is Kind.PAYMENT
    )
    lines = [line for entry in entries_of(documents, mapping, max_lines) for line in entry.lines]
    # Fraud cases wait on their own account instead of being income.
    credited = [line for line in lines if line.side is Side.CREDIT and line.account[:3] in ("4.1", "2.1")]

    assert wanted == sum(source.amount for line in credited for source in line.sources if source.component == "gross")


@many
@given(days, mappings, limits, st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_nothing(documents, mapping, max_lines, chance: random.Random):
    shuffled = list(documents)
    chance.shuffle(shuffled)

    assert entries_of(shuffled, mapping, max_lines) == entries_of(documents, mapping, max_lines)


@many
@given(days, mappings, limits)
def test_splitting_a_day_preserves_every_share_and_every_document(documents, mapping, max_lines):
    whole, parts = entries_of(documents, mapping), entries_of(documents, mapping, max_lines)

    def shares(entries: list[JournalEntry]) -> Counter:
        return Counter(
            (line.side, line.account, line.cost_centre, line.history, source)
            for entry in entries
            for line in entry.lines
            for source in line.sources
        )

    assert shares(parts) == shares(whole)
    homes = Counter(
        key for part in parts for key in {source.document_key for line in part.lines for source in line.sources}
    )
    assert all(times == 1 for times in homes.values())


@many
@given(days, st.lists(st.tuples(payments, st.sampled_from(["3", "21", "99"])), min_size=1, max_size=10))
def test_unmapped_documents_are_all_counted_and_nothing_is_booked(documents, strangers):
    strange = [one._replace(form=form, attributes={**one.attributes, "form": form}) for one, form in strangers]
    assume(any(one.net for one in strange))
    derivation = derive(numbered([*documents, *strange]), SUMMARY, BOX, DAY)

    assert derivation.entries == []
    assert {problem.attributes for problem in derivation.problems} == {
        (("form", one.form),) for one in strange if one.net
    }
    assert sum(problem.count for problem in derivation.problems) == sum(1 for one in strange if one.net)
    assert sum(problem.amount for problem in derivation.problems) == sum(one.net for one in strange)
