"""The SGE's certificate: what it says on other ways than its list, beside what the list holds."""

from datetime import date
from decimal import Decimal

from cierre.bookkeeping.certificate import Claim
from hooks.sge.hook import certify
from support.sge_landings import detail, invoice, landed

DAY, BEFORE = date(2024, 5, 20), date(2024, 5, 2)
ROWS = [invoice("1", BEFORE, 121, DAY), invoice("2", DAY), invoice("3", DAY)]


def broken(body: str, key: str = "P1") -> list[str]:
    return [str(claim) for claim in certify(body, currency="EUR", key=key) if not claim.holds]


def test_it_claims_rows_the_day_alone_and_each_sum_of_the_details():
    assert certify(landed(DAY, *ROWS), currency="EUR", key="P1") == [
        Claim("project P1, rows announced", 3, 3, None, None),
        Claim("project P1, invoices of 2024-05-20 asked alone", 2, 2, Decimal(200), Decimal(200)),
        Claim("project P1, Importe base in the invoices' details", 3, 3, Decimal(300), Decimal(300)),
        Claim("project P1, Importe total in the invoices' details", 3, 3, Decimal(363), Decimal(363)),
        Claim("project P1, Importe cobrado in the invoices' details", 3, 3, Decimal(121), Decimal(121)),
    ]


def test_every_project_of_the_group_is_certified_and_no_other():
    body = landed(DAY, *ROWS, invoice("4", DAY, project="P2"), invoice("5", DAY, project="P3"))
    assert {claim.what.split(",")[0] for claim in certify(body, currency="EUR", key="P1,P3")} == {
        "project P1",
        "project P3",
    }


def test_a_server_that_announces_no_count_is_certified_by_the_rest():
    body = landed(DAY, *ROWS, announced=None)
    assert len(certify(body, currency="EUR", key="P1")) == 4
    assert not broken(body)


def test_a_row_that_is_missing_from_the_list_is_told_with_both_figures():
    body = landed(DAY, *ROWS[:2], of_the_day=[ROWS[1:]], announced=3)
    assert broken(body) == [
        "project P1, rows announced: 3 rows attested, 2 landed",
        "project P1, invoices of 2024-05-20 asked alone: 2 rows attested, 1 landed; 200.00 attested, 100.00 landed",
    ]


def test_a_list_torn_by_a_deletion_is_told_though_count_and_sum_agree():
    """Invoice 2 is deleted after the first page (2, 3): then 4 is on it, and the second page begins with 5."""
    first, second, third, fourth = (invoice(str(number), DAY) for number in (2, 3, 4, 5))
    body = landed(DAY, first, second, fourth, of_the_day=[[second, third, fourth]], announced=None)
    assert broken(body) == [
        "project P1, invoices of 2024-05-20 asked alone: 3 rows attested, 2 landed; 300.00 attested, 200.00 landed"
    ]


def test_an_amount_that_the_detail_tells_otherwise_is_told_with_both_figures():
    other = [detail(row) for row in ROWS]
    other[0]["campos"][8]["valor"] = 1.00
    assert broken(landed(DAY, *ROWS, details=other)) == [
        "project P1, Importe cobrado in the invoices' details: 3 rows attested, 3 landed; 1.00 attested, 121.00 landed"
    ]


def test_a_row_that_is_repeated_counts_once_in_the_sums():
    assert not broken(landed(DAY, *ROWS, ROWS[1]))
