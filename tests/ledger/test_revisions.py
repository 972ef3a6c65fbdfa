from decimal import Decimal

import psycopg
import pytest

from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.journal import Foreign, JournalEntry, Line, LineSource, Side
from cierre.ledger import attempts, reconciliation, revisions

BOX = "itb_caja_164"


@pytest.fixture
def freeze(ledger, snapshot_id, day, make_entry):
    def frozen(*documents, parts=None, mapping_digest="m1"):
        entries = parts if parts is not None else [make_entry(*documents)] if documents else []
        return revisions.freeze(
            ledger, box=BOX, day=day, snapshot_id=snapshot_id, mapping="sga_ecuador", mapping_digest=mapping_digest,
            tenant="T1,D MG 01 ", lot="008964", entries=entries,
            documents={document.key: document for document in documents},
        )  # fmt: skip

    return frozen


def test_an_entry_comes_back_as_it_was_frozen(ledger, freeze, make_payment, make_entry):
    documents = make_payment(1, "35.30"), make_payment(2, "64.70", form="6")
    revision, new = freeze(*documents)
    (entry,) = revisions.bookings(ledger, revision)
    assert new
    assert entry.entry_key == "itb_caja_164|20240906|1|1"
    assert entry.total == Decimal("100.00")
    assert revisions.journal_entry(ledger, entry).digest == make_entry(*documents).digest


def test_amounts_in_the_documents_own_currency_are_kept_reconciled_and_reversed(ledger, freeze, make_payment, day):
    document = make_payment(1, "100.00")._replace(currency="EUR")
    lines = tuple(
        Line(
            side, "1.1", Decimal("110.00"), "Caja",
            sources=(LineSource(document.key, "net", Decimal("110.00"), Decimal("100.00")),),
            foreign=Foreign("EUR", Decimal("100.00")),
        )
        for side in Side
    )  # fmt: skip
    revision, _ = freeze(document, parts=[JournalEntry(BOX, day, 1, "USD", lines)])
    (booking,) = revisions.bookings(ledger, revision)
    confirm(ledger, booking)

    assert [line.foreign for line in revisions.journal_entry(ledger, booking).lines] == [line.foreign for line in lines]
    assert revisions.journal_totals(ledger, revision) == [Total(Kind.PAYMENT, "1", 1, Decimal("100.00"))]
    assert revisions.acknowledged_totals(ledger, BOX, day) == [Total(Kind.PAYMENT, "1", 1, Decimal("100.00"))]
    reversal = revisions.reversal(ledger, booking, freeze()[0])
    assert [line.foreign for line in revisions.journal_entry(ledger, reversal).lines] == [
        line.foreign for line in lines
    ]
    confirm(ledger, reversal)
    assert revisions.acknowledged_totals(ledger, BOX, day) == []


def test_the_same_books_make_no_new_revision(ledger, freeze, make_payment):
    first, _ = freeze(make_payment(1, "35.30"))
    again, new = freeze(make_payment(1, "35.30"), mapping_digest="m2")
    assert (again, new) == (first, False)


def test_changed_books_make_a_further_revision_and_keep_the_first(ledger, freeze, make_payment, day):
    first, _ = freeze(make_payment(1, "35.30"))
    second, new = freeze(make_payment(1, "35.31"))
    assert new
    assert second.revision == 2
    assert revisions.current(ledger, BOX, day) == second
    assert revisions.bookings(ledger, first)[0].total == Decimal("35.30")


def test_a_day_without_entries_is_a_revision_too(ledger, freeze):
    revision, new = freeze()
    assert new
    assert revisions.bookings(ledger, revision) == []


def test_postgres_itself_refuses_an_unbalanced_entry(ledger, freeze, make_payment):
    revision, _ = freeze(make_payment(1, "1.00"))
    insert_entry = """INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot,
                      entry_date, currency, total, digest) VALUES ('x', %s, 'b', '2024-09-06', 2, 't', '000001',
                      '2024-09-06', 'USD', 5, '') RETURNING entry_id"""
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="does not balance: debit 5"),
        ledger.transaction(),
    ):
        (entry_id,) = ledger.execute(insert_entry, (revision.revision_id,)).fetchone()
        ledger.execute(
            """INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount,
               history) VALUES (%s, 1, 'D', '1', '', '', '', '{}', 5, 'x')""",
            (entry_id,),
        )


def test_a_frozen_entry_takes_no_further_line(ledger, freeze, make_payment):
    revision, _ = freeze(make_payment(1, "1.00"))
    (entry,) = revisions.bookings(ledger, revision)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="takes no more lines"):
        ledger.execute(
            """INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount,
               history) VALUES (%s, 3, 'D', '1', '', '', '', '{}', 5, 'x')""",
            (entry.entry_id,),
        )


BEHIND = """INSERT INTO ledger.line_documents (entry_id, line, part, kind, form, component, document_keys, amounts,
                                                foreign_amounts, places) VALUES (%s, 1, 9, 'payment', '1', 'net', """


def test_nor_further_documents_behind_a_line(ledger, freeze, make_payment):
    revision, _ = freeze(make_payment(1, "1.00"))
    (entry,) = revisions.bookings(ledger, revision)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="takes no more lines"):
        ledger.execute(BEHIND + "'{a}', '{1}', NULL, '{x}')", (entry.entry_id,))


@pytest.mark.parametrize(
    ("arrays", "check"),
    [
        ("'{}', '{}', NULL, '{}'", "a_thousand"),
        ("array_fill('a'::text, ARRAY[1001]), array_fill(1, ARRAY[1001]), NULL, array_fill('x'::text, ARRAY[1001])",
         "a_thousand"),
        ("'{a,b}', '{1}', NULL, '{x,x}'", "each_has_all"),
        ("'{a}', '{1}', NULL, '{x,y}'", "each_has_all"),
        ("'{a}', '{1}', '{1,1}', '{x}'", "each_has_all"),
        ("'{a}', '{NULL}', NULL, '{x}'", "each_has_all"),
        ("'{NULL}', '{1}', NULL, '{x}'", "each_has_all"),
    ],
)  # fmt: skip
def test_documents_behind_a_line_have_a_key_an_amount_and_a_place_each(ledger, freeze, arrays, check, make_payment):
    documents = [make_payment(1, "1.00")]
    with pytest.raises(psycopg.errors.CheckViolation, match=check), ledger.transaction():
        revision, _ = freeze(*documents)
        (entry,) = revisions.bookings(ledger, revision)
        ledger.execute(BEHIND + arrays + ")", (entry.entry_id,))


def test_more_documents_than_a_row_holds_are_all_behind_their_line(ledger, freeze, make_payment):
    documents = [make_payment(number, "1.00") for number in range(2001)]
    revision, _ = freeze(*documents)
    (entry,) = revisions.bookings(ledger, revision)
    behind = "SELECT document_key, amount, place FROM ledger.documents_behind(%s, 1)"
    assert sorted(ledger.execute(behind, (entry.entry_id,)).fetchall()) == sorted(
        (document.key, document.net, document.place) for document in documents
    )
    assert revisions.journal_totals(ledger, revision) == [Total(Kind.PAYMENT, "1", 2001, Decimal("2001.00"))]
    confirm(ledger, entry)
    reversal = revisions.reversal(ledger, entry, freeze()[0])
    assert len(ledger.execute(behind, (reversal.entry_id,)).fetchall()) == 2001


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.line SET amount = 1",
        "UPDATE ledger.line_documents SET amounts = '{1}'",
        "DELETE FROM ledger.entry",
        "TRUNCATE ledger.revision CASCADE",
    ],
)
def test_what_was_booked_is_never_changed_or_removed(admin, freeze, make_payment, statement):
    freeze(make_payment(1, "1.00"))
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
        admin.execute(statement)


def test_journal_totals_count_a_documents_money_once_though_it_stands_on_two_sides(ledger, freeze, make_payment):
    revision, _ = freeze(make_payment(1, "35.30"), make_payment(2, "64.70", form="6"))
    assert revisions.journal_totals(ledger, revision) == [
        Total(Kind.PAYMENT, "1", 1, Decimal("35.30")),
        Total(Kind.PAYMENT, "6", 1, Decimal("64.70")),
    ]
    assert revisions.entry_sums(ledger, revision)[0] == (1, Decimal("100.00"))


def confirm(ledger, entry):
    attempt = attempts.claim(ledger, entry, worker="test", lease_seconds=60)
    assert attempts.confirm(ledger, attempt, "000001")


def test_acknowledged_totals_take_reversals_off(ledger, freeze, make_payment, day):
    first, _ = freeze(make_payment(1, "35.30"))
    (booking,) = revisions.bookings(ledger, first)
    confirm(ledger, booking)
    second, _ = freeze(make_payment(1, "36.00"))
    confirm(ledger, revisions.bookings(ledger, second)[0])
    assert revisions.entry_sums(ledger, second)[1] == (2, Decimal("71.30"))
    confirm(ledger, revisions.reversal(ledger, booking, second))
    assert revisions.acknowledged_totals(ledger, BOX, day) == [Total(Kind.PAYMENT, "1", 1, Decimal("36.00"))]
    assert revisions.entry_sums(ledger, second)[1] == (1, Decimal("36.00"))


def test_books_of_another_revision_with_the_same_sums_do_not_pass_for_a_revisions_own(
    ledger, freeze, make_payment, day
):
    """Cash goes to another account: the ERP holds 35.30 of revision 1, and nothing of revision 2, which books 35.30."""
    document = make_payment(1, "35.30")

    def entry(cash):
        source = (LineSource(document.key, "net", document.net),)
        sides = ((Side.DEBIT, cash), (Side.CREDIT, "4.1"))
        lines = (Line(side, account, document.net, "Caja", sources=source) for side, account in sides)
        return JournalEntry(BOX, day, 1, "USD", tuple(lines))

    first, _ = freeze(document, parts=[entry("1.1")])
    (old,) = revisions.bookings(ledger, first)
    confirm(ledger, old)
    second, _ = freeze(document, parts=[entry("1.2")])

    def against_the_erp():
        compared = reconciliation.compare_day(ledger, second)
        return [(row.kind, row.left_net, row.right_net) for row in compared if row.right == "ERP" and not row.agrees]

    others = ("entries of other revisions", Decimal("0.00"), Decimal("35.30"))
    assert against_the_erp() == [others]
    assert [row.entry_key for row in revisions.unacknowledged_entries(ledger, second)] == [f"{BOX}|20240906|2|1"]
    confirm(ledger, revisions.bookings(ledger, second)[0])
    assert others in against_the_erp()
    confirm(ledger, revisions.reversal(ledger, old, second))
    assert against_the_erp() == []


def test_a_reversal_is_made_once_and_mirrors_its_entry(ledger, freeze, make_payment):
    first, _ = freeze(make_payment(1, "35.30"))
    (booking,) = revisions.bookings(ledger, first)
    confirm(ledger, booking)
    second, _ = freeze()
    assert revisions.superseded(ledger, second) == [booking]
    reversal = revisions.reversal(ledger, booking, second)
    assert revisions.reversal(ledger, booking, second) == reversal
    assert reversal.entry_key == booking.entry_key + "|R"
    sides = [(line.side, line.account) for line in revisions.journal_entry(ledger, reversal).lines]
    assert sides == [("C", "1.1.01.001"), ("D", "4.1.01.001")]
    confirm(ledger, reversal)
    assert revisions.superseded(ledger, second) == []
