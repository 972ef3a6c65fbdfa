"""Findings in the mapping files are said in the language of who reads them: `make check-mappings`, Spanish terminal."""

import re

import pytest
from typer.testing import CliRunner

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_boxes
from cierre.accounting_files.statement_formats import statement_format
from cierre.bookkeeping.vocabulary import SOURCES
from cierre.language.say import in_language, say
from cierre.reports import check_files
from support.spanish import not_spanish

BOX, OTHER, MAPPING = "cash_boxes/itb_caja_164.yaml", "cash_boxes/itb_caja_165.yaml", "accounts/sga_ecuador.yaml"
CENTRES = "charts/cost_centres.csv"


def typed() -> set[str]:
    """What stands in the files themselves: names of files and fields, and what people wrote in them."""
    names = {word for shapes in SOURCES.values() for shape in shapes.values() for word in shape.attributes}
    return names | {
        *(word for box in cash_boxes().values() for name in (box.id, box.mapping) for word in (name, *name.split("_"))),
        *("sga_ecuador", "form_names", "account_of_form", "fraud_policy", "second_over", "cost_centre", "closing_hour"),
        *("tables", "values", "account", "name", "form", "kind", "rules", "when", "net", "payment", "currency"),
        *("company", "mapping", "formerly", "key", "erp", "lot", "file", "unknown", "true", "false", "fraud", "hold"),
        *(
            "vat",
            "document_types",
            "postings",
            "cash_boxes",
            "accounts",
            "bank",
            "acquirer",
            "closing",
            "hour",
            "id",
            "blocked",
            "charts",
            "statements",
        ),
    }


@pytest.fixture
def check(monkeypatch):
    """The command in an Ecuadorian's terminal, with no ledger: its exit status and all that it printed, in Spanish."""
    allowed = typed()
    for variable in ("CIERRE_LEDGER_DSN", "CIERRE_LEDGER_READER_DSN"):
        monkeypatch.delenv(variable, raising=False)

    def check() -> tuple[int, str]:
        with in_language("es"):
            ran = CliRunner().invoke(check_files.app, ["check"])
        said = re.sub(r"/\S+", "", ran.output)
        assert len(said) > 20
        assert not_spanish(said, allowed=allowed) == []
        return ran.exit_code, ran.output

    return check


@pytest.mark.usefixtures("folder")
def test_files_that_are_sound_are_told_so_in_spanish(check):
    status, said = check()
    assert status == 0
    assert "están en orden" in said
    assert "No se miró lo que llegó en los últimos 90 días" in said


@pytest.mark.parametrize(
    ("file", "right", "wrong", "told"),
    [
        (BOX, "currency: USD", "currency: USS", "moneda desconocida 'USS'"),
        (BOX, "company: itb", "company: itv", "¿quiso decir 'itb'?"),
        (BOX, "company: itb", "compani: itb", "falta company"),
        (BOX, "company: itb", "company: itb\ncompany: itb", "está escrito dos veces"),
        (BOX, "company: itb", "company: &a itb", "no se admiten anclas"),
        (BOX, "company: itb", "company: itb\nid: x", "es el nombre del archivo mismo"),
        (BOX, "mapping: sga_ecuador", "mapping: sge_spain", "el mapeo sge_spain está escrito para sge"),
        (BOX, "mapping: sga_ecuador", "mapping: sga_ecuado", "no existe el archivo accounts/sga_ecuado.yaml"),
        (BOX, "lot: 008964", "lot: 8964", "'8964' no es un lote de seis letras o cifras"),
        (BOX, "currency: USD", "currency: USD\napprovals: {first_day}", "no tiene valor: escríbalo, o quite el nombre"),
        (BOX, "currency: USD", "currency: USD\napprovals: {amount_over: 50.000}", "'50.000' puede ser miles o no"),
        (BOX, "currency: USD", "currency: USD\napprovals: {first_day: sí}", "'sí' no es ni true ni false"),
        (
            MAPPING,
            'history: "Caja {box_key} {date} Becas"',
            'history: "Caja {x"',
            "tiene una llave que no es de un {dato}",
        ),
        (OTHER, "lot: 008965", "lot: 008964", "tiene lo mismo: empresa del ERP y lote"),
        (MAPPING, "1.1.02.003", "1.1.2.003", "¿quiso decir 1.1.02.003"),
        (CENTRES, "0102,Enfermería,false", "0102,Enfermería,no", "debe ser true o false"),
        (CENTRES, "0102,Enfermería,false", "0102,Enfermería", "tiene 2 columnas en vez de 3"),
        (CENTRES, "0102,Enfermería,false", "0101,Enfermería,false", "figura dos veces"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_in_spanish(spoil, check, file, right, wrong, told):
    spoil(file, right, wrong)
    status, said = check()
    assert status == 1
    assert told in said
    assert "Por corregir en" in said


def test_what_lies_beside_the_files_is_told_in_spanish(folder, check):
    (folder / "cash_boxes/caja_9.txt").write_text("")
    (folder / "cash_boxes/caja_8.YAML").write_text("")
    (folder / "cash_boxes/caja_7").mkdir()
    status, said = check()
    assert status == 1
    assert "cámbiele el nombre a caja_8.yaml" in said


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("read", [cash_box, account_mapping, statement_format], ids=lambda read: read.__name__)
def test_a_name_that_is_none_is_told_in_spanish(read):
    with pytest.raises(MappingError) as refused:
        read("caja_9")
    with in_language("es"):
        said = say(refused.value)
    assert said.startswith("1 problema en ")
    assert "'caja_9'; " in said
    assert (
        not_spanish(re.sub(r"/\S+", "", said), allowed=typed() | {"caja_9"} | set(re.findall(r"\w+_\w+", said))) == []
    )
    assert str(refused.value).startswith("1 problem in ")
