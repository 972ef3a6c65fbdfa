"""What is served of our books is the interface of the contract: the stand-in's suite, and the contract's examples."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from cierre.served_invoices.answers import state
from conformance.sge_interface import SgeInterfaceContract
from hooks.sge.columns import columns_of
from support.served_invoices import book
from support.sge_contract import example, mended
from support.sge_documents import collection, sale


class TestServedInterface(SgeInterfaceContract):
    @pytest.fixture(autouse=True)
    def booked(self, ledger, box, rules):
        """What the contract's suite asks for; on few days, since each costs time."""
        days = [date(2024, 2, day) for day in (1, 9, 20, 29)]
        sales = [sale(f"J2024/{place:02}", days[place % 4], f"{100 + 7 * place}.37") for place in range(12)]
        others = [sale(f"K2024/{place}", days[0], "50.00", project="123457") for place in range(3)]
        outside = sale("J2024/99", date(2024, 3, 15), "10.00")
        paid = [collection(one, date(2024, 3, 15), str(one.amounts["gross"])) for one in sales[1::4]]
        book(ledger, box, [*sales, *others, outside, *paid, collection(sales[4], date(2024, 3, 15), "10.00")])
        planned = {"J2024/01": "1", "J2024/04": "1", "J2024/07": "2", "K2024/0": "2", "K2024/1": "001"}
        projects = dict.fromkeys(planned, "11") | {"J2024/07": "12", "K2024/1": "21"}
        rules(
            planned={"by": "number", "values": planned, "otherwise": ""},
            sgi_project={"by": "number", "values": projects},
            entity={"otherwise": "Entidad1"},
        )


@pytest.fixture
def booked(ledger, box, rules):
    """The invoices of the contract's example, booked."""
    first = sale("J2021/01", date(2021, 5, 20), "1000.00", rate="10")
    second = sale("J2021/02", date(2021, 6, 20), "1000.00", rate="10")
    paid = [collection(one, date(2021, 8, 20), "1100.00") for one in (first, second)]
    book(ledger, box, [first, second, *paid])
    numbers = ("J2021/01", "J2021/02")
    rules(
        entity={"by": "number", "values": dict(zip(numbers, ("Entidad1", "Entidad2"), strict=True))},
        concept={"by": "number", "values": dict(zip(numbers, ("Concepto1", "Concepto2"), strict=True))},
        planned={"by": "number", "values": dict(zip(numbers, "12", strict=True))},
        sgi_project={"otherwise": "11"},
    )


def examples(name: str) -> list[dict]:
    """An answer of the contract's."""
    return json.loads(mended(f"{name}.answer.txt"))


def test_the_examples_columns_are_served(ask, booked):
    served = ask("/facturas-emitidas/columnas", q=example("columns.query.txt").strip()).json()
    # The example writes acumulable as a text; the contract's table says that it is a boolean.
    assert columns_of(served, "") == columns_of(examples("columns"), "")


def test_the_examples_invoices_are_served_with_ids_of_ours(ask, booked):
    served = ask("/facturas-emitidas", q='proyectoId=="123456"').json(parse_float=Decimal)
    assert [row.pop("id") for row in served] == ["J2021_2F01", "J2021_2F02"]
    assert served == [
        {
            "proyectoId": "123456", "anualidad": "2021", "numeroFactura": f"J2021/0{number}",
            "columnas": {
                "1": f"20/0{4 + number}/2021", "2": f"Entidad{number}", "3": f"Concepto{number}",
                "4": Decimal("1000.00"), "5": "10", "6": Decimal("1100.00"), "7": "Pagada", "8": "20/08/2021",
                "9": Decimal("1100.00"), "10": str(number),
            },
        }
        for number in (1, 2)
    ]  # fmt: skip


def test_the_examples_query_is_of_other_days_than_its_answer_so_nothing_is_served(ask, booked):
    assert ask("/facturas-emitidas", q=example("invoices.query.txt").strip()).status_code == 204


def test_the_examples_planned_items_are_served(ask, booked):
    served = ask("/facturas-previstas-emitidas", q=example("planned.query.txt").strip()).json()
    assert [{name: row[name] for name in row if name != "id"} for row in served] == [
        {"proyectoIdSGI": "11", "numeroFactura": f"J2021/0{number}", "numeroPrevision": str(number)}
        for number in (1, 2)
    ]


def test_the_examples_detail_is_served(ask, booked):
    served = ask("/facturas-emitidas/J2021_2F02").json(parse_float=Decimal)
    names = [column.name for column in columns_of(examples("columns"), "")]
    assert [field["nombre"] for field in served["campos"]] == names
    assert {field["nombre"]: field["valor"] for field in served["campos"]} == {
        "Fecha emisión": "20/06/2021", "Entidad": "Entidad2", "Concepto": "Concepto2", "Importe base": 1000,
        "Porcentaje IVA": "10", "Importe total": 1100, "Estado": "Pagada", "Fecha cobro": "20/08/2021",
        "Importe cobrado": 1100, "Número previsión": "2",
    }  # fmt: skip
    (document,) = served["documentos"]
    assert ask(f"/documentos/{document['id']}/archivo").content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("total", "collected", "said"),
    [
        (121, 0, "Emitida"), (121, 50, "Cobrada en parte"), (121, 121, "Pagada"), (121, -121, "Emitida"),
        (-121, -121, "Pagada"), (-121, 121, "Emitida"), (0, 10, "Pagada"),
    ],
)  # fmt: skip
def test_an_invoice_is_paid_by_money_of_its_own_sign(total, collected, said):
    assert state(SimpleNamespace(total=Decimal(total), collected=Decimal(collected))) == said
