"""What was posted, looked at by others: Beancount comes to the ERP's own balances, and every line leads to its rows."""

from datetime import date
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction

from cierre.reports.audit import audit
from cierre.reports.export import Format, export
from cierre.reports.ranges import range_of

DAY = date(2024, 9, 6)
BOX, TENANT, CAJA = "itb_caja_164", "itb", 164


@pytest.mark.parametrize("box", [BOX, "austral_oficina_1", "itb_uruguay_1_1"])
def test_beancount_reads_the_posted_day_and_comes_to_the_erps_balances(close, sandbox, ledger, tmp_path, box):
    close(box, DAY).all()
    if box == BOX:
        sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
        close(box, DAY).all()
    file, _ = export(ledger, range_of(box, "", DAY, DAY), tmp_path, Format.BEANCOUNT)
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    codes = {one.account: one.meta["code"] for one in entries if isinstance(one, Open)}
    sums = dict.fromkeys(codes.values(), Decimal(0))
    for transaction in entries:
        for posting in transaction.postings if isinstance(transaction, Transaction) else ():
            sums[codes[posting.account]] += posting.units.number
    in_the_erp = sandbox.protheus_ledger(live=True)
    assert sums == {account: sum(document.balance(account) for document in in_the_erp) for account in sums}
    assert audit(ledger).sound


def test_an_erp_document_leads_to_the_sources_rows_and_a_row_back_to_the_erps_documents(close, sandbox, ledger):
    close(BOX, DAY).all()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    close(BOX, DAY).all()
    (first,) = [one for one in sandbox.protheus_ledger(live=True) if one.sublot == "001"]
    down = ledger.execute(
        """SELECT line, component, amount, place, (body::jsonb #> string_to_array(place, '/')) AS "row"
             FROM ledger.drill_down JOIN landing.body USING (sha256)
            WHERE entry_date = %s AND lot = %s AND sublot = %s AND erp_document = %s""",
        (DAY, first.lot, first.sublot, first.document),
    ).fetchall()
    paid = [row for row in down if row.place.split("/")[1] == "PAGOS" and row.component == "net"]
    assert {row.line for row in down} == set(range(1, len(first.lines) + 1))
    assert paid
    assert all(Decimal(str(row.row["pagoValor"])).quantize(Decimal("0.01")) == row.amount for row in paid)

    up = ledger.execute(
        "SELECT DISTINCT sublot, reverses FROM ledger.drill_down WHERE box = %s AND business_date = %s AND place = %s",
        (BOX, DAY, paid[0].place),
    ).fetchall()
    assert {(row.sublot, row.reverses) for row in up} == {
        ("001", None),
        ("002", None),
        ("003", "itb_caja_164|20240906|1|1"),
    }
