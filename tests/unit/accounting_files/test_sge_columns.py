"""The reviewed columns of the SGE, as people write them."""

import pytest

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.reviewed import reviewed

FILE = "sge_columns.yaml"


def test_the_projects_own_review_names_the_contracts_columns(folder):
    columns = reviewed("sge")
    assert [(column.name, column.accumulable) for column in columns.by_meaning.values()] == [
        ("Fecha emisión", False),
        ("Entidad", False),
        ("Concepto", False),
        ("Importe base", True),
        ("Porcentaje IVA", False),
        ("Importe total", True),
        ("Estado", False),
        ("Fecha cobro", False),
        ("Importe cobrado", True),
        ("Número previsión", False),
    ]
    assert columns.ignored == ()


def test_a_missing_file_is_told(folder):
    (folder / FILE).unlink()
    with pytest.raises(MappingError, match="without it no SGE can be read"):
        reviewed("sge")


def test_a_meaning_without_a_column_is_told_with_the_file(folder, spoil):
    spoil(FILE, "collected: {name: Importe cobrado, accumulable: true}\n", "")
    with pytest.raises(MappingError, match=r"sge_columns.yaml.*collected is missing"):
        reviewed("sge")


def test_one_column_cannot_hold_two_things(folder, spoil):
    spoil(FILE, "Importe total", "Importe base")
    with pytest.raises(MappingError, match="named more than once: Importe base"):
        reviewed("sge")
