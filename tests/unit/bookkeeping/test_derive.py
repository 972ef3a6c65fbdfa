import gc
import random
from decimal import Decimal

import pytest

from cierre.bookkeeping.derive import Derivation, derive
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import LineSource, Side
from cierre.bookkeeping.problems import ProblemKind

DETAIL = [
    {"side": side, "amount": "net", "history": "Caja {reference}", "rules": [{"account": account}]}
    for side, account in (("debit", "1.1.01.001"), ("credit", "2.1.01.002"))
]
"""Postings that keep each document's lines apart."""


def without(document: Document, component: str) -> Document:
    return document._replace(amounts={name: value for name, value in document.amounts.items() if name != component})


def test_no_documents_book_nothing_and_are_no_problem(mapping, box, day):
    assert derive([], mapping, box, day) == Derivation(entries=[], problems=[])


def test_a_document_without_any_money_books_nothing(payment, mapping, box, day):
    assert derive([payment(net="0.00", form="21")], mapping, box, day) == Derivation()


def test_a_line_names_each_documents_share(payment, mapping, box, day):
    documents = [payment("b", net="10.00", scholarship="2.00"), payment("a", net="35.30")]
    (entry,) = derive(documents, mapping, box, day).entries
    cash, scholarship, income = entry.lines

    assert cash.sources == (
        LineSource("sga:payment:a", "net", Decimal("35.30")),
        LineSource("sga:payment:b", "net", Decimal("10.00")),
    )
    assert scholarship.sources == (LineSource("sga:payment:b", "scholarship", Decimal("2.00")),)
    assert [source.component for source in income.sources] == ["gross", "gross"]
    assert (entry.box, entry.business_date, entry.part, entry.currency) == ("itb_caja_164", day, 1, "USD")


def test_a_history_with_the_reference_keeps_documents_apart(payment, changed, box, day):
    detailed = changed(Kind.PAYMENT, DETAIL)
    documents = [payment("a", reference="001"), payment("b", reference="002"), payment("c", reference="002")]
    (entry,) = derive(documents, detailed, box, day).entries

    assert [(line.side, line.history, line.amount) for line in entry.lines] == [
        (Side.DEBIT, "Caja 001", Decimal("35.30")),
        (Side.DEBIT, "Caja 002", Decimal("70.60")),
        (Side.CREDIT, "Caja 001", Decimal("35.30")),
        (Side.CREDIT, "Caja 002", Decimal("70.60")),
    ]


def test_detail_keeps_documents_apart_whatever_their_history(payment, changed, box, day):
    postings = [{**posting, "history": "Caja {date}", "lines": "detail"} for posting in DETAIL]
    documents = [payment("b", net="1.00"), payment("a", net="2.00")]
    (entry,) = derive(documents, changed(Kind.PAYMENT, postings), box, day).entries

    assert [(line.side, line.amount, line.sources[0].document_key) for line in entry.lines] == [
        (Side.DEBIT, Decimal("2.00"), "sga:payment:a"),
        (Side.DEBIT, Decimal("1.00"), "sga:payment:b"),
        (Side.CREDIT, Decimal("2.00"), "sga:payment:a"),
        (Side.CREDIT, Decimal("1.00"), "sga:payment:b"),
    ]


def test_documents_come_with_the_entries_by_the_very_keys_of_these(payment, mapping, box, day):
    derivation = derive([payment("b"), payment("a")], mapping, box, day)
    keys = {id(key) for key in derivation.documents}
    assert derivation.documents == {"sga:payment:a": payment("a"), "sga:payment:b": payment("b")}
    assert all(id(source.document_key) in keys for line in derivation.entries[0].lines for source in line.sources)


def test_a_rule_can_ask_for_detail_where_the_rest_is_summed(payment, changed, box, day):
    rules = [{"account": "1.1.01.001"}, {"when": {"form": "2"}, "account": "1.1.01.002", "lines": "detail"}]
    debit = {**DETAIL[0], "history": "Caja {date}", "rules": rules}
    documents = [payment(f"{form}{number}", form=form) for form in "12" for number in "ab"]
    (entry,) = derive(documents, changed(Kind.PAYMENT, [debit, DETAIL[1]]), box, day).entries

    assert [len(line.sources) for line in entry.lines if line.side is Side.DEBIT] == [2, 1, 1]


def test_a_rule_may_look_at_the_box(payment, changed, box, day):
    rules = [
        {"account": "1.1.01.001"},
        {"when": {"box": "itb_caja_164"}, "account": "1.1.01.002"},
        {"when": {"box": "itb_caja_165"}, "account": "1.1.01.003"},
    ]
    (entry,) = derive([payment()], changed(Kind.PAYMENT, [{**DETAIL[0], "rules": rules}, DETAIL[1]]), box, day).entries

    assert entry.lines[0].account == "1.1.01.002"


def test_all_unmapped_keys_are_reported_at_once_with_counts_and_amounts(payment, mapping, box, day):
    documents = [
        payment("a", form="21", net="10.00"),
        payment("b", form="21", net="2.50", programme="99"),
        payment("c", form="3", net="1.00", revenue_type="77"),
        payment("d"),
    ]
    derivation = derive(documents, mapping, box, day)

    assert derivation.entries == []
    assert [str(problem) for problem in derivation.problems] == [
        "1 payment of 2.50 USD with programme 99, which table cost_centre_of_programme does not list; "
        'add "99": <code> to the values of table cost_centre_of_programme',
        "1 payment of 1.00 USD with revenue type 77, which table income_of_revenue_type does not list; "
        'add "77": <code> to the values of table income_of_revenue_type',
        "2 payments of 12.50 USD with form 21, which table account_of_form does not list; "
        'add "21": <code> to the values of table account_of_form',
        "1 payment of 1.00 USD with form 3, which table account_of_form does not list; "
        'add "3": <code> to the values of table account_of_form',
    ]
    forms = derivation.problems[2]
    assert (forms.kind, forms.posting, forms.attributes) == (
        ProblemKind.UNMAPPED,
        "payment: debit net",
        (("form", "21"),),
    )
    assert (forms.count, forms.amount, forms.currency) == (2, Decimal("12.50"), "USD")
    assert forms.documents == ("sga:payment:a", "sga:payment:b")


def test_a_kind_without_postings_is_unmapped(payment, mapping, box, day):
    sale = payment("a")._replace(kind=Kind.SALE)
    (problem,) = derive([sale, payment("b")], mapping, box, day).problems

    assert problem.kind is ProblemKind.UNMAPPED
    assert str(problem) == (
        "1 sale of 35.30 USD for which mapping sga_ecuador has no postings; "
        "add sale to the postings of mapping sga_ecuador"
    )


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"gross": "35.31"}, ProblemKind.UNBALANCED, "1 payment of 35.30 USD whose amounts do not add up"),
        (
            {"currency": "EUR"},
            ProblemKind.MISSING_RATE,
            "1 payment of 35.30 EUR without a rate that makes USD of it, which box itb_caja_164 keeps",
        ),
        (
            {"business_date": "2024-09-05"},
            ProblemKind.WRONG_DAY,
            "1 payment of 35.30 USD dated 2024-09-05, not 2024-09-06",
        ),
        (
            {"promotion": "-1.00"},
            ProblemKind.NEGATIVE,
            "1 payment of -1.00 USD in debit promotion, where an amount below zero cannot be booked",
        ),
    ],
)
def test_a_document_that_cannot_be_booked_stops_the_day(payment, mapping, box, day, change, kind, message):
    derivation = derive([payment("good"), payment("bad", **change)], mapping, box, day)

    assert derivation.entries == []
    assert [problem.kind for problem in derivation.problems] == [kind]
    assert derivation.problems[0].message.startswith(message)
    assert derivation.problems[0].documents == ("sga:payment:bad",)


def test_a_document_that_lacks_an_amount_stops_the_day(payment, mapping, box, day):
    (problem,) = derive([without(payment(), "scholarship")], mapping, box, day).problems

    assert problem.message == "1 payment of 0 USD without an amount for debit scholarship"


@pytest.mark.parametrize("same_object", [True, False])
def test_two_documents_with_one_key_stop_the_day(payment, mapping, box, day, same_object):
    first = payment("a", net="1.00")
    second = first if same_object else payment("a", net="2.00")
    (problem,) = derive([first, payment("b"), second], mapping, box, day).problems

    assert problem.kind is ProblemKind.REPEATED
    assert (problem.count, problem.amount) == (2, Decimal("2.00") if same_object else Decimal("3.00"))


def test_problems_do_not_depend_on_the_order_of_documents(payment, mapping, box, day):
    documents = [payment(f"{number}", form=f"{30 + number % 4}", net=f"{number}.00") for number in range(1, 20)]
    expected = derive(documents, mapping, box, day).problems
    random.Random(1).shuffle(documents)

    assert derive(documents, mapping, box, day).problems == expected
    assert len(expected) == 4


def test_a_day_of_too_many_lines_is_split_with_documents_whole(payment, changed, box, day):
    documents = [payment(f"{number:03}", reference=f"{number:03}", net=f"{number}.00") for number in range(1, 8)]
    entries = derive(documents, changed(Kind.PAYMENT, DETAIL), box, day, max_lines=5).entries

    assert [(entry.part, len(entry.lines), entry.debit) for entry in entries] == [
        (1, 4, Decimal("3.00")),
        (2, 4, Decimal("7.00")),
        (3, 4, Decimal("11.00")),
        (4, 2, Decimal("7.00")),
    ]


def test_a_document_that_adds_no_line_still_fits_a_full_entry(payment, mapping, box, day):
    documents = [payment(f"{number}") for number in range(50)]

    assert len(derive(documents, mapping, box, day, max_lines=2).entries) == 1


def test_999_lines_are_one_entry_and_one_more_document_is_two(payment, changed, box, day):
    detailed = changed(Kind.PAYMENT, DETAIL)
    documents = [payment(f"{number:03}", reference=f"{number:03}") for number in range(500)]

    assert [len(entry.lines) for entry in derive(documents[:499], detailed, box, day).entries] == [998]
    assert [len(entry.lines) for entry in derive(documents, detailed, box, day).entries] == [998, 2]


def test_an_entry_too_small_for_one_document_is_refused_with_its_name(payment, mapping, box, day):
    with pytest.raises(ValueError, match="sga:payment:a needs 2 lines; an entry may have 1"):
        derive([payment("a")], mapping, box, day, max_lines=1)


def test_a_mapping_for_another_source_is_refused(payment, mapping, box, day):
    other = mapping.model_copy(update={"source": "zeta"})

    with pytest.raises(ValueError, match="itb_caja_164 reads sga, but its mapping sga_ecuador is written for zeta"):
        derive([payment()], other, box, day)


def test_a_rule_takes_effect_on_its_day(payment, changed, mapping, box, day):
    postings = mapping.model_dump(mode="json")["postings"]["payment"]
    postings[0]["rules"].append({"when": {"form": "12"}, "account": "1.1.02.001", "valid_from": "2024-09-06"})
    dated = changed(Kind.PAYMENT, postings)
    before = day.replace(day=5)

    (new,) = derive([payment(form="12")], dated, box, day).entries
    (old,) = derive([payment(form="12", business_date=f"{before}")], dated, box, before).entries
    assert (old.lines[0].account, new.lines[0].account) == ("1.1.02.002", "1.1.02.001")


def test_fraud_cases_hold_the_day_where_the_mapping_says_so(payment, changed, mapping, box, day):
    holding = mapping.model_copy(update={"fraud_policy": "hold"})
    (problem,) = derive([payment("a", fraud="true"), payment("b")], holding, box, day).problems

    assert (problem.kind, problem.documents) == (ProblemKind.HELD, ("sga:payment:a",))
    assert problem.message == (
        "1 payment of 35.30 USD marked as fraud, which mapping sga_ecuador holds for people to decide"
    )


@pytest.mark.parametrize("enabled", [True, False])
def test_pythons_collector_is_afterwards_as_it_was(payment, mapping, box, day, enabled):
    was_enabled = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        derive([payment()], mapping, box, day)
        with pytest.raises(ValueError, match="needs 2 lines"):
            derive([payment()], mapping, box, day, max_lines=1)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
