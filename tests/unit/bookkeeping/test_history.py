import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.history import Filler, fill, objection

LIMIT = 40
KNOWN = {"box", "box_key", "date", "form_name", "reference"}
VALUES = {
    "box": "educacion_continua_caja_7",
    "box_key": "7",
    "date": "06/09/2024",
    "form_name": "Tarjeta de crédito",
    "reference": "001-002-000000123",
}


def test_a_template_that_fits_is_filled_whole():
    assert fill("Caja {box_key} {date} {form_name}", VALUES, LIMIT) == "Caja 7 06/09/2024 Tarjeta de crédito"


def test_the_longest_value_is_cut_first_and_the_date_never():
    text = fill("{box} {date} {form_name}", VALUES, LIMIT)

    assert text == "educacion_cont 06/09/2024 Tarjeta de cré"
    assert len(text) == LIMIT


def test_the_reference_is_cut_last_and_keeps_its_number():
    assert fill("{form_name} {date} {reference}", VALUES, LIMIT) == "Tarjeta de 06/09/2024 001-002-000000123"
    assert fill("Documento del día {date} {reference}", VALUES, LIMIT) == "Documento del día 06/09/2024 2-000000123"


def test_a_value_that_is_missing_leaves_no_gap_and_line_breaks_become_blanks():
    assert fill("Caja {reference} {form_name}", {"reference": "", "form_name": " Pago\n en  línea "}, LIMIT) == (
        "Caja Pago en línea"
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{fecha} Caja", "names {fecha}; known are box, box_key, date, form_name, reference"),
        ("Caja {box", "has a brace that does not belong to a {placeholder}"),
        ("Caja {}", "has a brace that does not belong to a {placeholder}"),
        ("Ingresos de la caja del día {date} y más", "needs at least 44 characters, and the ERP holds 40"),
        ("{reference}", "could come out empty, which the ERP refuses"),
    ],
)
def test_a_template_that_cannot_do_is_refused_in_words(template, message):
    assert message in objection(template, KNOWN, LIMIT)


@given(
    template=st.lists(
        st.sampled_from(["Caja ", "{box}", "{date} ", "{form_name}", " {reference}", "-"]), min_size=1, max_size=6
    ).map("".join),
    values=st.fixed_dictionaries({name: st.text("ab 1\n{}", max_size=60) for name in KNOWN - {"date"}}),
)
def test_whatever_the_values_a_sound_template_fits_the_erp(template, values):
    if objection(template, KNOWN, LIMIT) is None:
        text = fill(template, {**values, "date": "06/09/2024"}, LIMIT)

        assert len(text) <= LIMIT
        assert text == " ".join(text.split())
        assert "06/09/2024" in text or "{date}" not in template


@given(
    st.sampled_from(
        ["{reference}", "Caja {box_key} {reference}", "{box} {date} {reference} {form_name}", "Sin número"]
    ),
    st.text(alphabet=" ab1-", max_size=60),
    st.text(alphabet=" ab1-", max_size=30),
)
def test_a_filler_gives_what_fill_gives(template, reference, form_name):
    values = {name: value for name, value in VALUES.items() if name != "reference"} | {"form_name": form_name}

    assert Filler(template, values, LIMIT)(reference) == fill(template, {**values, "reference": reference}, LIMIT)


@given(limit=st.integers(20, 200), name=st.text("ab ", max_size=250))
def test_how_much_is_kept_of_a_value_is_for_the_erp_to_say(limit, name):
    assert len(fill("Caja {form_name}", {"form_name": name}, limit)) <= limit
