"""The SGE's dynamic columns are found by their reviewed names, and nothing else is guessed."""

import pytest

from cierre.accounting_files import reviewed as files
from cierre.ports.errors import DataError
from hooks.sge.columns import columns_of, resolve
from hooks.sge.reviewed import InvoiceColumns
from support.sge_landings import COLUMNS, READING


@pytest.fixture
def reviewed() -> InvoiceColumns:
    return files.reviewed("sge")


def columns(*changes: tuple[str, dict], drop: str = "", add: list[dict] = ()) -> list:
    changed = {name: change for name, change in changes}
    rows = [row | changed.get(row["nombre"], {}) for row in COLUMNS if row["nombre"] != drop]
    return columns_of([*rows, *add], "P1")


def test_columns_are_found_by_name_whatever_their_ids(reviewed):
    assert resolve(columns(), reviewed, "P1") == READING
    other = [row | {"id": str(90 - int(row["id"]))} for row in COLUMNS]
    assert resolve(columns_of(other, "P1"), reviewed, "P1")["collected"] == "81"


def test_the_texts_true_and_false_mean_what_they_say(reviewed):
    as_text = [row | {"acumulable": "true" if row["acumulable"] else "false"} for row in COLUMNS]
    assert columns_of(as_text, "P1") == columns()
    assert resolve(columns_of(as_text, "P1"), reviewed, "P1") == READING


def test_a_name_may_come_with_its_accents_apart(reviewed):
    apart = columns(("Número previsión", {"nombre": "Número  previsión "}))
    assert resolve(apart, reviewed, "P1") == READING


def test_a_missing_column_is_named(reviewed):
    with pytest.raises(DataError, match=r"column “Importe cobrado” \(collected\) is missing"):
        resolve(columns(drop="Importe cobrado"), reviewed, "P1")


def test_an_unknown_column_is_named_until_it_is_reviewed(reviewed):
    more = columns(add=[{"id": "11", "nombre": "Retención", "acumulable": True}])
    with pytest.raises(DataError, match=r"column “Retención” \(id 11\) is unknown"):
        resolve(more, reviewed, "P1")
    assert resolve(more, reviewed.model_copy(update={"ignored": ("Retención",)}), "P1") == READING


def test_a_renamed_column_is_told_on_both_sides_with_the_file_to_review(reviewed):
    with pytest.raises(DataError, match=r"“Importe base” \(base\) is missing.*“Base” \(id 4\) is unknown") as raised:
        resolve(columns(("Importe base", {"nombre": "Base"})), reviewed, "P1")
    assert "sge_columns.yaml" in str(raised.value)


def test_a_column_that_is_added_up_unlike_its_review_is_told(reviewed):
    with pytest.raises(DataError, match="“Importe total” is not one that the SGE adds up"):
        resolve(columns(("Importe total", {"acumulable": False})), reviewed, "P1")
    with pytest.raises(DataError, match="“Fecha cobro” is one that the SGE adds up"):
        resolve(columns(("Fecha cobro", {"acumulable": True})), reviewed, "P1")


def test_a_column_that_is_announced_twice_is_told(reviewed):
    with pytest.raises(DataError, match="“Entidad” is announced twice"):
        resolve(columns(add=[{"id": "11", "nombre": "Entidad", "acumulable": False}]), reviewed, "P1")


@pytest.mark.parametrize(
    "broken", [{"acumulable": "yes"}, {"acumulable": None}, {"acumulable": 1}, {"id": None}, {"nombre": 7}]
)
def test_a_column_that_is_not_whole_is_refused(broken):
    with pytest.raises(DataError, match="not whole"):
        columns_of([COLUMNS[0] | broken], "P1")
