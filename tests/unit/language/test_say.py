from datetime import date
from decimal import Decimal

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.reconcile import Comparison
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import counted, in_language, money, say
from cierre.ports.errors import UncertainError

ROW = Comparison("payment", "2", "landed", "journal", 2, 1, Decimal("1234.50"), Decimal("0.50"))


def test_a_sentence_is_english_wherever_it_is_kept_and_knows_how_to_be_said_otherwise():
    assert str(ROW) == "payment, form 2: landed 1234.50 in 2 rows, journal 0.50 in 1 row, difference 1234.00"
    with in_language("es"):
        assert say(ROW) == "pago, forma 2: recibido 1.234,50 en 2 filas, asiento 0,50 en 1 fila, diferencia 1.234,00"
    assert say(ROW) == "payment, form 2: landed 1,234.50 in 2 rows, journal 0.50 in 1 row, difference 1,234.00"


def test_a_sentence_within_an_error_within_a_sentence_is_said_too():
    lost = UncertainError(Sentence("{about}: no answer within {seconds} seconds", about="x", seconds=2), vendor="ERP")
    with in_language("es"):
        said = say("The attempt at {address} is uncertain ({why}); its address is made empty.", address="001", why=lost)
        assert say(ValueError(Sentence("the ERP gave it no number"))) == "el ERP no le dio número"
    assert said.startswith("El intento en 001 es incierto (ERP: x: no hubo respuesta en 2 segundos. Puede que")


def test_what_nobody_translated_is_said_as_it_came():
    with in_language("es"):
        assert say("Cuenta {x} bloqueada") == "Cuenta {x} bloqueada"
        assert say(Sentence("{box}, {why}", box="a {b}", why="c")) == "a {b}, c"


def test_the_language_is_spoken_inside_alone_and_english_outside_of_any():
    with in_language("es"):
        with in_language("en"):
            assert counted(1, "{n} row", "{n} rows") == "1 row"
        assert counted(12345, "{n} row", "{n} rows") == "12.345 filas"
        assert money(Decimal("1234.5"), "USD") == "1.234,50 USD"
        assert money(Decimal("1234567"), "CLP") == "1.234.567 CLP"
    assert money(Decimal("1234.5"), "USD") == "1,234.50 USD"


def test_an_address_reads_as_one_in_either_language():
    address = Address("T1,D MG 01 ", date(2024, 9, 6), "008964", "001")
    assert f"{address}" == "06/09/2024 lot 008964 sublot 001 of T1,D MG 01"
    with in_language("es"):
        assert say("{address}", address=address) == "06/09/2024 lote 008964 sublote 001 de T1,D MG 01"
