"""A statement is uploaded on the board, what it matches stands on the day as arrived, and people decide the rest."""

import hashlib
import re
import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from time import sleep

import psycopg
import pytest

from cierre.accounting_files.arrivals import arrivals_of
from cierre.accounting_files.loader import cash_boxes, mappings_folder
from cierre.bookkeeping.matching.company import Expected, Taken, expected
from cierre.bookkeeping.statements.lines import Statement, StatementLine
from cierre.closing.arrival_books import book_arrivals
from cierre.closing.arrivals import Sign, keep_new_matches, signs_of_day, standing
from cierre.ledger import arrivals, reconciliation, settlements
from cierre.ledger.arrivals import MatchedAmount
from cierre.reports.audit import audit
from support import closed_day
from support.close import Close, connect
from support.foreign_document import foreign_document

BOXES = cash_boxes()
BOX = BOXES["educacion_continua_caja_7"]
OTHER = BOXES["itb_caja_164"]
COMPANY = BOX.company
DAY = date(2026, 3, 2)
HERE = f"/arrivals/{COMPANY}"
HEAD = "BANCO;;;;;;;\nEstado de cuenta;;;;;;;\nFecha;Fecha valor;Concepto;Documento;Terminal;Debito;Credito;Saldo\n"


def statement(*rows, opening=Decimal(0)):
    """``(day, text, amount)``, with the running balance."""
    text, balance = HEAD, opening
    for days, concept, amount in rows:
        balance += Decimal(amount)
        day = f"{DAY + timedelta(days=days):%d/%m/%Y}"
        went, came = (written(-Decimal(amount)), "") if Decimal(amount) < 0 else ("", written(Decimal(amount)))
        text += f"{day};{day};{concept};;;{went};{came};{written(balance)}\n"
    return text


def written(money):
    return f"{money:.2f}".replace(".", ",")


@pytest.fixture(autouse=True)
def _from_the_boards_own_page(client):
    """What is posted says so, as a browser does."""
    client.headers["origin"] = "http://testserver"


def upload(client, text, format="banco_sandbox", **headers):
    return client.post(
        f"{HERE}/statements", data={"format": format}, files={"file": ("extracto.csv", text.encode())}, headers=headers,
        follow_redirects=False,
    )  # fmt: skip


@pytest.fixture
def books(ledger):
    """Two closed days: cash, and a card, of which the acquirer keeps 3.50 + 0.53 + 2.00 of each hundred."""
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"), ("100.00", "4"))
    closed_day.close(ledger, BOX, DAY + timedelta(days=1), ("70.00", "1"))
    return ledger


def closed_in(ledger, monkeypatch, day, *amounts):
    """A day that took money (net, form, currency) in several currencies, closed."""
    with monkeypatch.context() as patched:
        made = closed_day.document
        patched.setattr(
            closed_day, "document",
            lambda box, day, number, net, form: made(box, day, number, net, form)._replace(currency=amounts[number][2]),
        )  # fmt: skip
        staged = closed_day.stage(ledger, BOX, day, *(one[:2] for one in amounts))
    reconciliation.keep(ledger, closed_day.book(ledger, BOX, day, staged), "reconciled", [])


def section(page, name):
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_what_arrived_stands_on_the_day_and_the_rest_is_on_its_way(login, books):
    client = login("educacion_continua")
    day = client.get(f"/boxes/{BOX.id}/{DAY}").text
    assert "todavía no llegó" in day
    assert "✓✓" not in day
    text = statement((1, "DEPOSITO EFECTIVO", "50.00"), (2, "REDCARD LIQ", "93.97"), (3, "TRANSF. DE ALGUIEN", "5.00"))
    answer = upload(client, text)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cierre{HERE}?after=0")
    assert new_matches(client, answer) == 2
    page = client.get(HERE).text
    assert "no leída" in section(page, "rolls")  # No tie-out read the clearing accounts in the ERP.
    assert "70,00" in section(page, "waiting")
    assert "en tránsito" in section(page, "waiting")
    assert "5,00" in section(page, "strange")
    assert "desconocido" in section(page, "strange")
    day = client.get(f"/boxes/{BOX.id}/{DAY}").text
    assert day.count("✓✓") == 2
    assert "llegó el 3 mar 2026" in day
    assert "✓✓" not in client.get(f"/boxes/{BOX.id}/{DAY + timedelta(days=1)}").text


def new_matches(client, answer):
    """How many new matches the page tells of that an upload leads to."""
    page = client.get(answer.headers["location"].removeprefix("/cierre")).text
    return int(re.search(r"(\d+) correspondencias? nuevas?", page)[1])


def test_an_address_alone_makes_no_match_new_and_no_day_approved(login, books, ledger):
    client = login("educacion_continua", role="VIEWER")
    page = client.get(HERE, params={"approved": str(DAY), "matched": 7, "after": 0}).text
    assert "está aprobado" not in page
    assert "7 correspondencias nuevas" not in page
    assert "0 correspondencias nuevas" in page
    login("educacion_continua")
    last = upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00"))).headers["location"]
    assert "1 correspondencia nueva" in client.get(last.removeprefix("/cierre")).text
    assert "0 correspondencias nuevas" in client.get(HERE, params={"after": 2**62}).text
    assert arrivals.new_matches(ledger, COMPANY, 0, timedelta(0)) == 0


def grid_cell(client, day):
    """The cell of the box's day in the month's grid."""
    page = client.get("/", params={"month": f"{DAY:%Y-%m}", "company": COMPANY}).text
    return page.partition(f"href=boxes/{BOX.id}/{day} ")[2].partition("</a>")[0]


def test_the_grid_says_which_days_money_arrived_and_the_summary_what_is_on_its_way(login, books):
    client = login("educacion_continua")
    assert "no llegó todo" in grid_cell(client, DAY)
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00"), (2, "REDCARD LIQ", "93.97")))
    cell = grid_cell(client, DAY)
    assert cell.endswith(">✓✓")
    assert "llegó" in cell
    assert grid_cell(client, DAY + timedelta(days=1)).endswith(">✓")


def test_the_summary_has_what_is_on_its_way_by_age_and_company(ledger, login):
    day = cash_box_today() - timedelta(days=2)
    closed_day.close(ledger, BOX, day, ("20.00", "1"), ("100.00", "4"))
    closed_day.close(ledger, BOX, day - timedelta(days=35), ("7.00", "1"))
    closed_day.close(ledger, OTHER, day, ("55.00", "1"))
    page = login("educacion_continua").get("/").text
    transit = page.partition('class="list transit"')[2].partition("</table>")[0]
    figures = [part.partition("<")[0] for part in transit.split('<td class="n">')[1:]]
    assert figures == ["120,00", "", "", "", "7,00", "127,00"]
    assert 'class="list transit"' not in login("itb").get("/").text


def cash_box_today():
    return datetime.now(BOX.zone).date()


def test_a_clearing_account_rolls_forward_on_the_page(login, books):
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00")))
    rolls = section(client.get(HERE).text, "rolls")
    # Cash: 0 + 120 - 50 = 70. The card: 0 + 93.97 - 0.
    for figure in ("120,00", "50,00", "70,00", "93,97"):
        assert figure in rolls
    # 2 March: 0 + 50 = 50. 3 March: 50 + 70 - 50 = 70.
    by_day = section(client.get(HERE, params={"by": "day"}).text, "rolls")
    row = by_day.partition("deposit")[2].partition("3 mar 2026")[2].partition("</tr>")[0]
    assert [part.partition("<")[0] for part in row.split('<td class="n">')[1:]] == ["50,00", "70,00", "50,00", "70,00"]


def test_a_deposit_that_the_bank_reversed_is_for_a_person(login, books):
    client = login("educacion_continua")
    answer = upload(client, statement((1, "DEPOSITO", "50.00"), (1, "DEPOSITO", "-50.00")))
    assert new_matches(client, answer) == 0
    assert "el banco pudo haberlo revertido" in section(client.get(HERE).text, "proposals")


def test_money_of_another_currency_is_no_match_and_the_page_says_why(login, ledger, monkeypatch):
    closed_in(ledger, monkeypatch, DAY, ("50.00", "1", "UYU"))
    client = login("educacion_continua")
    assert new_matches(client, upload(client, statement((1, "DEPOSITO", "50.00")))) == 0
    page = client.get(HERE).text
    assert "en otra moneda que su cuenta" in section(page, "waiting")
    assert "desconocido" in section(page, "strange")


def test_money_of_two_currencies_is_not_added_up(login, ledger, monkeypatch):
    closed_in(ledger, monkeypatch, DAY, ("20.00", "1", "USD"), ("5000", "1", "CLP"))
    client = login("educacion_continua")
    assert new_matches(client, upload(client, statement((1, "DEPOSITO", "70.00")))) == 0
    assert new_matches(client, upload(client, statement((1, "DEPOSITO", "20.00"), opening=Decimal(70)))) == 1


def test_a_match_that_stands_goes_on_standing_whatever_the_rules_would_say_now(login, ledger, monkeypatch):
    closed_in(ledger, monkeypatch, DAY, ("50.00", "1", "UYU"))
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO", "50.00")))
    (line,) = arrivals.lines(ledger, COMPANY, DAY)
    kept = arrivals.keep_match(
        ledger, COMPANY, "amount", [Expected(BOX.id, DAY, "1", "UYU", Decimal(50), Decimal(50))], [line]
    )
    assert new_matches(client, client.post(f"{HERE}/rules", follow_redirects=False)) == 0
    assert [one.match_id for one in arrivals.matches(ledger, COMPANY, 9)] == [kept]
    now = standing(ledger, COMPANY, [BOX.id], arrivals_of(COMPANY))
    assert (now.open_amounts, now.open_lines) == ([], [])


def test_a_file_is_taken_once_whole_or_not_at_all(login, books):
    client = login("educacion_continua")
    good = statement((1, "DEPOSITO EFECTIVO", "50.00"))
    wrong = upload(client, good.replace("50,00;50,00", "50,00;51,00") + "99/99/2026;;;;;;1;1\n")
    assert wrong.status_code == 400
    assert "fila 5" in wrong.text
    assert arrivals.statements(books, COMPANY) == []
    assert upload(client, good).status_code == 303
    assert "ya está aquí" in upload(client, good).text
    follows = statement((9, "DEPOSITO EFECTIVO", "1.00"), opening=Decimal(49))
    assert upload(client, follows).status_code == 303
    assert "no hay extracto entre" in client.get(HERE).text
    overlapping = statement((0, "DEPOSITO EFECTIVO", "1.00"), (4, "DEPOSITO EFECTIVO", "1.00"))
    assert upload(client, overlapping).status_code == 400
    assert len(arrivals.statements(books, COMPANY)) == 2


def test_a_day_of_an_account_that_is_swept_is_not_taken_again_in_a_longer_file(login, ledger):
    for days in (0, 1):
        closed_day.close(ledger, BOX, DAY + timedelta(days=days), ("50.00", "1"))
    client = login("educacion_continua")
    swept = ((1, "DEPOSITO", "50.00"), (1, "BARRIDO", "-50.00"))
    assert upload(client, statement(*swept)).status_code == 303
    longer = statement(*swept, (7, "DEPOSITO", "50.00"), (7, "BARRIDO", "-50.00"))
    renamed = statement(*swept).replace("Estado de cuenta", "Estado de cuenta, sacado de nuevo")
    for again in (longer, renamed):
        refused = upload(client, again)
        assert (refused.status_code, "ni números ni saldos" in refused.text) == (400, True)
    assert len(arrivals.lines(ledger, COMPANY, DAY)) == 2
    assert upload(client, statement((1, "DEPOSITO", "20.00"), (2, "BARRIDO", "-20.00"))).status_code == 303


REPORT = "Fecha venta;Fecha pago;Terminal;Lote;Recap;Bruto;Comision;IVA comision;Retencion;Neto;Nro pago\n"


def report(*rows):
    """``(recap, gross, fee, vat, withheld, net)`` of the day's sales, all paid by payment 778."""
    when = f"{DAY:%d/%m/%Y};{DAY + timedelta(days=2):%d/%m/%Y};T007;1"
    return REPORT + "".join(f"{when};{';'.join(row)};778\n" for row in rows)


def paid(number, amount, opening=Decimal(0)):
    """A statement of one payment of the acquirer, with its number."""
    return statement((2, "REDCARD LIQ", amount), opening=opening).replace("REDCARD LIQ;;", f"REDCARD LIQ;{number};")


AS_AGREED = (("1", "60,00", "2,10", "0,32", "1,20", "56,38"), ("2", "40,00", "1,40", "0,21", "0,80", "37,59"))


def test_a_report_says_which_payment_is_the_days(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("60.00", "4"), ("40.00", "4"))
    client = login("educacion_continua")
    upload(client, statement((1, "TRANSF. DE ALGUIEN", "1.00")))
    assert upload(client, report(*AS_AGREED), "redcard_sandbox").status_code == 303
    announced = section(client.get(HERE).text, "reports")
    assert "93,97" in announced
    assert "en tránsito" in announced
    assert new_matches(client, upload(client, paid("778", "93.97", Decimal(1)))) == 1
    page = client.get(HERE).text
    assert "por su número" in section(page, "matches")
    assert "como dice el contrato" in section(page, "reports")
    assert "✓✓" in client.get(f"/boxes/{BOX.id}/{DAY}").text


def test_a_payment_that_came_twice_and_was_taken_back_under_its_number_pays_no_other_day(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("60.00", "4"), ("40.00", "4"))
    closed_day.close(ledger, BOX, DAY + timedelta(days=1), ("100.00", "4"))
    client = login("educacion_continua")
    upload(client, report(*AS_AGREED), "redcard_sandbox")
    twice = statement((2, "REDCARD LIQ", "93.97"), (2, "REDCARD LIQ", "93.97"), (3, "REDCARD LIQ", "-93.97"))
    answer = upload(client, twice.replace("REDCARD LIQ;;", "REDCARD LIQ;778;"))
    assert new_matches(client, answer) == 1
    now = standing(ledger, COMPANY, [BOX.id], arrivals_of(COMPANY))
    assert [word for _, word in now.open_lines] == ["double", "charge_back"]
    strange = section(client.get(HERE).text, "strange")
    assert "contracargo" in strange


def test_a_fee_that_is_not_the_contracts_is_told_and_left_to_a_person(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("60.00", "4"), ("40.00", "4"))
    client = login("educacion_continua")
    dear = ("2", "40,00", "2,40", "0,21", "0,80", "36,59")
    upload(client, report(AS_AGREED[0], dear), "redcard_sandbox")
    assert new_matches(client, upload(client, paid("778", "92.97"))) == 0
    page = client.get(HERE).text
    assert "2,40" in section(page, "reports")
    assert "1,40" in section(page, "reports")
    assert "otros cargos que los acordados" in section(page, "proposals")
    assert "cargos distintos" in section(page, "waiting")


def test_a_report_is_taken_once_and_only_where_its_rows_add_up(login, ledger):
    client = login("educacion_continua")
    assert "fila 2" in upload(client, report(("1", "60,00", "2,10", "0,32", "1,20", "57,38")), "redcard_sandbox").text
    assert upload(client, report(*AS_AGREED), "redcard_sandbox").status_code == 303
    assert "ya está aquí" in upload(client, report(*AS_AGREED), "redcard_sandbox").text
    further = report(("3", "10,00", "0,35", "0,05", "0,20", "9,40"), AS_AGREED[0])
    refused = upload(client, further, "redcard_sandbox")
    assert (refused.status_code, "fila 3" in refused.text) == (400, True)
    assert len(settlements.settlements(ledger, COMPANY)) == 1
    assert "settlement" in {row[0] for row in ledger.execute("SELECT what FROM ledger.seal WHERE box = '*'")}
    assert not {chain.box: chain for chain in audit(ledger).chains}["*"].broken


AZUL = (
    "Reporte\nConsumo\tAbono\tLocal\tAutorización\tValor\tComisión\tRet. renta\tRet. IVA\tLíquido\n"
    "2026-03-02\t2026-03-04\tT007\t91\t60.00\t2.40\t0.60\t0.60\t56.40\n"
    "2026-03-02\t2026-03-04\tT007\t92\t40.00\t1.60\t0.40\t0.40\t37.60\n"
    "TOTAL\t\t\t\t100.00\t4.00\t1.00\t1.00\t94.00\n"
)


@pytest.fixture
def third_acquirer(tmp_path, monkeypatch):
    """The demo's rules, but the cards are a third acquirer's, which numbers no payment."""
    folder = tmp_path / "mappings"
    shutil.copytree(mappings_folder(), folder)
    file = folder / "arrivals.yaml"
    text = file.read_text(encoding="utf-8").replace("reports: [redcard_sandbox]", "reports: [tarjeta_azul_sandbox]")
    text = text.replace("fee: 3.5, vat: 15, withheld: 2", "fee: 4, withheld: 2")
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))


def test_a_third_acquirer_is_a_file_of_its_own_and_nothing_else(third_acquirer, login, ledger):
    closed_day.close(ledger, BOX, DAY, ("60.00", "4"), ("40.00", "4"))
    client = login("educacion_continua")

    def send(text):
        file = {"file": ("azul.txt", text.encode("latin-1"))}
        return client.post(f"{HERE}/statements", data={"format": "tarjeta_azul_sandbox"}, files=file,
                           follow_redirects=False)  # fmt: skip

    wrong = send(AZUL.replace("\t94.00", "\t95.00"))
    assert (wrong.status_code, "95,00" in wrong.text) == (400, True)
    assert send(AZUL).status_code == 303
    assert new_matches(client, upload(client, statement((2, "REDCARD LIQ", "94.00")))) == 1
    assert "✓✓" in client.get(f"/boxes/{BOX.id}/{DAY}").text
    assert "como dice el contrato" in section(client.get(HERE).text, "reports")


@pytest.fixture
def more_formats(tmp_path, monkeypatch):
    """The demo's rules, the same table for a second account and with numbers of movements, and an MT940."""
    folder = tmp_path / "mappings"
    shutil.copytree(mappings_folder(), folder)
    table = (folder / "statements" / "banco_sandbox.yaml").read_text(encoding="utf-8").replace("2200011", "2200022")
    (folder / "statements" / "banco_dos.yaml").write_text(table, encoding="utf-8")
    numbered = table.replace("  reference: Documento\n", "  id: Documento\n")
    (folder / "statements" / "banco_tres.yaml").write_text(numbered, encoding="utf-8")
    swift = (
        'kind: bank\naccount: "2200011"\nfile: mt940\ncurrency: USD\nchannels: [{name: deposit, contains: DEPOSITO}]\n'
    )
    (folder / "statements" / "banco_mt.yaml").write_text(swift, encoding="utf-8")
    file = folder / "arrivals.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("statements: [banco_sandbox]", "statements: [banco_sandbox, banco_dos, banco_tres, banco_mt]")
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))


def test_a_file_is_of_one_account(more_formats, login, ledger):
    client = login("educacion_continua")
    text = statement((1, "DEPOSITO EFECTIVO", "50.00"))
    assert upload(client, text).status_code == 303
    refused = upload(client, text, "banco_dos")
    assert (refused.status_code, "como extracto de la cuenta 2200011" in refused.text) == (400, True)


def test_a_reversal_with_its_originals_number_is_taken_and_the_same_movement_is_not(more_formats, login, ledger):
    client = login("educacion_continua")
    text = statement((1, "DEPOSITO;B1", "50.00"), (1, "REVERSO;B1", "-50.00")).replace(";B1;;", ";B1;")
    assert upload(client, text, "banco_tres").status_code == 303
    again = (
        statement((1, "DEPOSITO DEL 3;B1", "50.00"), (9, "OTRO;B2", "1.00"))
        .replace("B1;;", "B1;")
        .replace("B2;;", "B2;")
    )
    refused = upload(client, again, "banco_tres")
    assert "fila 4: el movimiento B1 ya está aquí" in refused.text
    assert "B2" not in refused.text.partition("</ul>")[0]


REVERSED = (
    ":20:REF\n:25:2200011\n:28C:1/1\n:60F:C260303USD0,00\n"
    ":61:2603030303C50,00NTRFA//B1\n:86:DEPOSITO\n:61:2603030303RC50,00NTRFA//B1\n:86:DEPOSITO\n:62F:C260303USD0,00\n"
)


def test_a_deposit_that_the_file_itself_takes_back_has_not_arrived(more_formats, login, books):
    client = login("educacion_continua")
    assert new_matches(client, upload(client, REVERSED, "banco_mt")) == 0
    page = client.get(HERE).text
    assert "desconocido" in section(page, "strange")
    assert "✓✓" not in client.get(f"/boxes/{BOX.id}/{DAY}").text


@pytest.mark.parametrize("day", ["30/12/9999", "02/03/2206", "02/03/0026", "31/12/1999"])
def test_a_date_that_cannot_be_is_refused_and_the_page_stays(login, books, day):
    client = login("educacion_continua")
    refused = upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00")).replace("03/03/2026", day))
    assert (refused.status_code, "fila 4: " in refused.text) == (400, True)
    unpaid = upload(client, report(*AS_AGREED).replace("04/03/2026", day), "redcard_sandbox")
    assert (unpaid.status_code, "fila 2: " in unpaid.text) == (400, True)
    assert client.get(HERE).status_code == 200
    assert upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00"))).status_code == 303


def test_what_is_late_is_judged_by_its_own_accounts_statements(more_formats, login, books):
    client = login("educacion_continua")

    def words():
        return {word for _, word in standing(books, COMPANY, [BOX.id], arrivals_of(COMPANY)).open_amounts}

    assert upload(client, statement((90, "OTRO", "1.00")), "banco_dos").status_code == 303
    assert words() == {"in_transit"}
    assert "la cuenta 2200011 todavía no hay ningún extracto" in client.get(HERE).text
    upload(client, statement((1, "TRANSF. DE ALGUIEN", "1.00")))
    assert words() == {"in_transit"}
    assert "Los extractos de la cuenta 2200011 llegan hasta el 3 mar 2026" in client.get(HERE).text
    upload(client, statement((91, "TRANSF. DE ALGUIEN", "1.00"), opening=Decimal(1)))
    assert words() == {"missing"}


def test_two_answers_are_for_a_person_and_a_decision_can_be_taken_back(login, books):
    closed_day.close(books, BOX, DAY + timedelta(days=2), ("70.00", "1"))
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00"), (3, "DEPOSITO EFECTIVO", "70.00")))
    page = client.get(HERE).text
    assert "más de una forma" in section(page, "proposals")
    (line,) = [one for one in arrivals.lines(books, COMPANY, DAY) if not one.is_matched]
    chosen = f"{BOX.id}|{DAY + timedelta(days=2)}|USD|1"
    asked = {"booked": [chosen], "arrived": [line.id], "comment": "el papel del banco"}
    assert client.post(f"{HERE}/matches", data=asked, follow_redirects=False).status_code == 303
    assert "educacion_continua, <q>el papel del banco</q>" in section(client.get(HERE).text, "matches")
    assert "✓✓" in client.get(f"/boxes/{BOX.id}/{DAY + timedelta(days=2)}").text
    again = client.post(f"{HERE}/matches", data=asked, follow_redirects=False)
    assert (again.status_code, "ya no está pendiente" in again.text) == (400, True)

    decided = next(one for one in arrivals.matches(books, COMPANY, 9) if one.why == "person")
    undo = f"{HERE}/matches/{decided.match_id}/undo"
    assert client.post(undo, data={"comment": ""}).status_code == 400
    assert client.post(undo, data={"comment": "era otro"}, follow_redirects=False).status_code == 303
    assert client.post(undo, data={"comment": "era otro"}).status_code == 400
    assert "✓✓" not in client.get(f"/boxes/{BOX.id}/{DAY + timedelta(days=2)}").text


def test_what_a_person_took_back_the_rules_do_not_match_again(login, books):
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00")))
    (kept,) = arrivals.matches(books, COMPANY, 9)
    client.post(f"{HERE}/matches/{kept.match_id}/undo", data={"comment": "es de otra caja"})
    assert new_matches(client, client.post(f"{HERE}/rules", follow_redirects=False)) == 0
    assert "una persona deshizo" in section(client.get(HERE).text, "proposals")


def test_what_is_older_than_its_rule_has_a_named_owner_and_a_reason(login, books):
    client = login("educacion_continua")
    upload(client, statement((1, "TRANSF. DE ALGUIEN", "5.00"), (40, "TRANSF. DE OTRO", "6.00")))
    assert "nadie figura como responsable: 5" in client.get(HERE).text
    cash = f"{BOX.id}|{DAY}|USD|1"
    (first, _) = arrivals.lines(books, COMPANY, DAY)
    asked = {"booked": [cash], "arrived": [first.id], "owner": "Rosa Vera", "comment": "el banco lo busca"}
    for wrong in ({"owner": ""}, {"comment": ""}, {"booked": ["nada"]}):
        assert client.post(f"{HERE}/owners", data=asked | wrong).status_code == 400
    assert client.post(f"{HERE}/owners", data=asked, follow_redirects=False).status_code == 303
    page = client.get(HERE).text
    assert "nadie figura como responsable: 3" in page
    assert "Rosa Vera: <q>el banco lo busca</q>" in section(page, "waiting")
    client.post(f"{HERE}/owners", data=asked | {"owner": "Ana"})
    assert {one.owner for one in arrivals.owners(books, COMPANY).values()} == {"Ana"}
    assert not {chain.box: chain for chain in audit(books).chains}["*"].broken


def test_a_difference_is_not_hidden_by_a_match(login, books):
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "49.99")))
    (line,) = arrivals.lines(books, COMPANY, DAY)
    asked = {"booked": [f"{BOX.id}|{DAY}|USD|1"], "arrived": [line.id], "comment": "casi"}
    answer = client.post(f"{HERE}/matches", data=asked)
    assert answer.status_code == 400
    assert "50,00" in answer.text
    assert "49,99" in answer.text
    assert "-0,01" in answer.text
    assert arrivals.matches(books, COMPANY, 9) == []
    assert client.post(f"{HERE}/matches", data=asked | {"difference": "0,01"}).status_code == 400
    accepted = client.post(f"{HERE}/matches", data=asked | {"difference": "-0,01"}, follow_redirects=False)
    assert accepted.status_code == 303
    assert [one.difference for one in arrivals.matches(books, COMPANY, 9)] == [Decimal("-0.01")]
    assert "-0,01" in section(client.get(HERE).text, "matches")


def test_a_day_that_is_booked_otherwise_since_is_told(login, books):
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00")))
    closed_day.stage(books, BOX, DAY, ("20.00", "1"), ("31.00", "1"), ("100.00", "4"))
    assert "51,00" in section(client.get(HERE).text, "changed")
    assert "✓✓" not in client.get(f"/boxes/{BOX.id}/{DAY}").text


def test_a_day_that_is_closed_with_another_amount_is_matched_anew_by_the_rules(login, books):
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00"), (2, "REDCARD LIQ", "93.97")))
    corrected = closed_day.stage(books, BOX, DAY, ("20.00", "1"), ("31.00", "1"), ("100.00", "4"))
    revision = closed_day.book(books, BOX, DAY, corrected)
    closed_day.post(books, revision)
    assert closed_day.reconcile(books, revision) == "reconciled"
    more = statement((3, "DEPOSITO EFECTIVO", "51.00"), opening=Decimal("143.97"))
    assert new_matches(client, upload(client, more)) == 1
    page = client.get(HERE).text
    assert 'id="changed"' not in page
    assert "50.00 → 51.00" in section(page, "taken-back")
    assert "50,00" in section(page, "strange")
    assert client.get(f"/boxes/{BOX.id}/{DAY}").text.count("✓✓") == 2


def test_nothing_is_matched_twice_whoever_tries(ledger, books):
    statement_id = _landed(ledger)
    (line,) = arrivals.lines(ledger, COMPANY, DAY)
    assert line.statement_id == statement_id
    amount = Expected(BOX.id, DAY, "1", "USD", Decimal(50), Decimal(50))
    arrivals.keep_match(ledger, COMPANY, "amount", [amount], [line])
    other = Expected(BOX.id, DAY, "4", "USD", Decimal(50), Decimal(50))
    for ours in (amount, other):
        with pytest.raises(psycopg.errors.UniqueViolation):
            arrivals.keep_match(ledger, COMPANY, "amount", [ours], [line])


def _landed(ledger):
    line = StatementLine(1, DAY, DAY, Decimal(50))
    made = Statement("22", "USD", DAY, DAY, None, None, (line,), hashlib.sha256(b"x").hexdigest())
    return arrivals.land(ledger, COMPANY, "banco_sandbox", made, b"x", "ana")


def test_a_file_other_than_its_hash_says_is_refused_by_the_ledger(ledger):
    made = Statement("22", "USD", DAY, DAY, None, None, (), "0" * 64)
    with pytest.raises(psycopg.errors.CheckViolation):
        arrivals.land(ledger, COMPANY, "banco_sandbox", made, b"x", "ana")


def test_statements_matches_and_what_was_taken_back_are_sealed(login, books, by_force):
    client = login("educacion_continua")
    upload(client, statement((1, "DEPOSITO EFECTIVO", "50.00"), (2, "REDCARD LIQ", "93.97")))
    kept, _ = arrivals.matches(books, COMPANY, 9)
    client.post(f"{HERE}/matches/{kept.match_id}/undo", data={"comment": "es de otra caja"})
    before = {chain.box: chain for chain in audit(books).chains}["*"]
    assert not before.broken
    sealed = {row[0] for row in books.execute("SELECT what FROM ledger.seal WHERE box = '*'")}
    assert sealed >= {"statement", "match", "match undone"}
    by_force("UPDATE landing.statement_line SET amount = amount + 1 WHERE line = 4")
    assert {chain.box: chain for chain in audit(books).chains}["*"].broken


@pytest.fixture
def waiting_books(ledger, ledger_dsn, sandbox, monkeypatch):
    """A bank's day whose books wait for a person: somebody else has a document in their lot."""
    connect(ledger_dsn, sandbox, monkeypatch)
    rules = arrivals_of(COMPANY)
    Close(BOX.id, DAY).all()
    amount = standing(ledger, COMPANY, [BOX.id], rules).amounts[0]
    line = StatementLine(1, DAY, DAY, amount.net, channel=rules.channel_of(amount.form)[0])
    landed = Statement("2200011", "USD", DAY, DAY, None, None, (line,), hashlib.sha256(b"x").hexdigest())
    arrivals.land(ledger, COMPANY, "banco_sandbox", landed, b"x", "ana")
    assert keep_new_matches(ledger, COMPANY, [BOX.id], rules) == 1
    foreign_document(sandbox, rules.books.lot, "001", "7.00", day=DAY, tenant=BOX.erp.tenant)
    assert book(ledger, rules).booked == []
    return rules


def book(ledger, rules):
    return book_arrivals(ledger, COMPANY, rules, sleep)


def test_a_day_that_waits_for_a_person_is_approved_on_the_page_and_the_next_run_books_it(login, ledger, waiting_books):
    client = login("educacion_continua")
    asked = section(client.get(HERE).text, "asked")
    assert "El documento 000001" in asked
    seen = asked.partition('name="seen" value="')[2].partition('"')[0]
    sent = {"seen": seen, "comment": "el lote es solo nuestro"}
    viewer = login("educacion_continua", role="VIEWER")
    assert 'name="seen"' not in viewer.get(HERE).text
    assert viewer.post(f"{HERE}/approvals/{DAY}", data=sent).status_code == 403
    client = login("educacion_continua")
    assert "está aprobado" not in client.get(HERE, params={"approved": str(DAY)}).text
    unseen = client.post(f"{HERE}/approvals/{DAY}", data=sent | {"seen": seen[:-1]})
    assert (unseen.status_code, "no se aprobó" in unseen.text) == (400, True)
    assert client.post(f"{HERE}/approvals/{DAY}", data=sent | {"comment": "x" * 501}).status_code == 400
    cross = {"sec-fetch-site": "cross-site"}
    assert client.post(f"{HERE}/approvals/{DAY}", data=sent, headers=cross).status_code == 403
    answer = client.post(f"{HERE}/approvals/{DAY}", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cierre{HERE}?approved={DAY}")
    page = client.get(HERE, params={"approved": str(DAY)}).text
    assert "está aprobado" in page
    assert section(page, "asked") == ""
    kept = ledger.execute("SELECT decided_by, ran_by, decision, comment FROM ledger.approval").fetchone()
    assert kept == ("educacion_continua", [], "approved", "el lote es solo nuestro")
    assert "está aprobado" not in client.get(HERE, params={"approved": str(DAY + timedelta(days=1))}).text
    assert book(ledger, waiting_books).booked == [DAY]
    assert "está aprobado" not in client.get(HERE, params={"approved": str(DAY)}).text


def test_a_day_that_waits_for_a_person_is_among_what_waits(login, waiting_books):
    client = login("educacion_continua")
    listed = section(client.get("/work").text, "arrivals")
    assert "El documento 000001" in listed
    assert f'href="/cierre{HERE}"' in listed
    assert "Asientos de lo que llegó" in client.get("/").text
    assert 'id="arrivals"' not in login("itb").get("/work").text


def test_only_a_companys_own_people_see_or_change_what_arrived(login, books):
    text = statement((1, "DEPOSITO EFECTIVO", "50.00"))
    assert login("itb").get(HERE).status_code == 404
    assert upload(login("itb"), text).status_code == 404
    viewer = login("educacion_continua", role="VIEWER")
    assert viewer.get(HERE).status_code == 200
    assert 'type="file"' not in viewer.get(HERE).text
    for path in ("statements", "rules", "matches", "owners", "matches/1/undo"):
        assert viewer.post(f"{HERE}/{path}", data={"comment": "x"}).status_code == 403
    assert arrivals.statements(books, COMPANY) == []


def test_another_sites_page_cannot_send_a_file(login, books):
    assert upload(login("educacion_continua"), statement(), **{"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_request_that_is_too_large_or_hides_its_length_is_refused(login, books):
    client = login("educacion_continua")
    assert client.post(f"{HERE}/statements", content=b"", headers={"content-length": "99999999999"}).status_code == 413
    assert client.post(f"{HERE}/matches", content=iter([b"booked=x"])).status_code == 411


def test_a_companys_month_leads_to_what_arrived(login, books):
    month = f"/months/{DAY:%Y-%m}/companies"
    assert f'href="/cierre{HERE}"' in login("educacion_continua").get(f"{month}/{COMPANY}").text
    assert "/arrivals/" not in login("itb").get(f"{month}/{OTHER.company}").text


def test_a_company_without_rules_looks_as_before(login, ledger):
    closed_day.close(ledger, OTHER, DAY, ("20.00", "1"))
    client = login("itb")
    assert client.get(f"/arrivals/{OTHER.company}").status_code == 404
    assert "/arrivals/" not in client.get(f"/boxes/{OTHER.id}/{DAY}").text


@pytest.mark.parametrize(("second", "sign"), [
    (None, Sign(None, changed=False)),
    (DAY + timedelta(days=3), Sign(DAY + timedelta(days=3), changed=False)),
])  # fmt: skip
def test_a_form_in_two_currencies_arrived_when_the_money_of_both_did(monkeypatch, second, sign):
    rules = arrivals_of(COMPANY)
    taken = [Taken(BOX.id, DAY, "1", code, "payment", None, None, Decimal("10.00"), 1) for code in ("EUR", "USD")]
    came = [("EUR", second), ("USD", DAY + timedelta(days=1))]
    known = [
        MatchedAmount(match_id=1, box=BOX.id, day=DAY, form="1", currency=code, net=one.net, arrived=on)
        for (code, on), one in zip(came, expected(taken, rules), strict=True)
        if on
    ]
    monkeypatch.setattr(arrivals, "taken", lambda *_: taken)
    monkeypatch.setattr(arrivals, "booked", lambda *_: known)
    assert signs_of_day(None, COMPANY, rules, BOX.id, DAY) == {"1": sign}
