"""Everything that is wrong in the mapping files, at once: what `make check-mappings` says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.check import check_all
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_boxes
from cierre.accounting_files.periods import open_from

PLUGINS = Path(__file__).parents[2] / "plugins"
BOX = "cash_boxes/itb_caja_164.yaml"


def told() -> list[str]:
    return [str(finding) for finding in check_all()]


def test_the_projects_own_files_are_sound():
    assert told() == []


def test_problems_of_all_files_are_told_at_once_in_the_order_of_files_and_lines(folder, spoil):
    account = spoil("accounts/sga_ecuador.yaml", "1.1.02.003", "1.1.2.003")
    lot = spoil(BOX, "lot: 008964", "lot: 8964")
    company = spoil("cash_boxes/itb_caja_165.yaml", "company: itb", "company: itv")
    mapping = spoil("cash_boxes/austral_oficina_1.yaml", "mapping: bsale_chile", "mapping: bsale_chle")
    blocked = spoil("charts/cost_centres.csv", "0102,Enfermería,false", "0102,Enfermería,no")
    period = spoil("periods.yaml", '"T1,D MG 02 ": 2020-01-01', '"T1,D MG 02 ": 2020-13-01')
    column = spoil("sge_columns.yaml", "name: Entidad", "nombre: Entidad")

    found = told()
    assert [finding.split(": ")[0] for finding in found] == [
        f"cash_boxes/austral_oficina_1.yaml:{mapping}",
        f"{BOX}:{lot}",
        f"cash_boxes/itb_caja_165.yaml:{company}",
        f"charts/cost_centres.csv:{blocked}",
        f"periods.yaml:{period}",
        f"sge_columns.yaml:{column}",
        f"sge_columns.yaml:{column}",
    ]
    assert found[0].endswith("there is no file accounts/bsale_chle.yaml; did you mean 'bsale_chile'?")
    assert found[2].endswith("company 'itv' is not in companies.yaml; did you mean 'itb'?")
    # Accounts are held against a chart that can be read.
    spoil("charts/cost_centres.csv", "0102,Enfermería,no", "0102,Enfermería,false")
    assert told()[0] == (
        f"accounts/sga_ecuador.yaml:{account}: tables.account_of_form.values.13: account 1.1.2.003 is not in the chart "
        "of accounts; did you mean 1.1.02.003 (Banco del Pacífico)?"
    )


def test_a_box_with_the_mapping_of_another_source_is_told(folder, spoil):
    line = spoil(BOX, "mapping: sga_ecuador", "mapping: sge_spain")

    assert told() == [f"{BOX}:{line}: mapping: mapping sge_spain is written for sge, and this box reads sga"]


@pytest.mark.parametrize("name", ["x.YAML", "x.Yaml", "x.yml", "x.YML"])
@pytest.mark.parametrize("below", ["cash_boxes", "accounts"])
def test_a_file_that_ends_otherwise_in_yaml_is_told_with_its_right_name(folder, name, below):
    (folder / below / name).write_text("company: itb\n")
    assert told() == [f"{below}/{name}: rename it to x.yaml: only .yaml files are read"]


@pytest.mark.parametrize("ending", [".txt", ".bak", "~", ".orig", " ", ".off", ".2024-09-06", ".YAML.txt", ".yml.bak"])
def test_a_file_with_more_after_its_name_is_told_and_stops_nobody(folder, ending):
    name = f"x{ending}" if ending.lower().startswith((".ya", ".ym")) else f"x.yaml{ending}"
    (folder / "cash_boxes" / name).write_text("company: itb\n")
    said = "is not read, since only .yaml files are: rename it to x.yaml, or move it out of here"
    assert told() == [f"cash_boxes/{name}: {said}"]
    assert "itb_caja_164" in cash_boxes()


@pytest.mark.parametrize("ending", [".YAML", ".yml", ".yaml.txt", ".yaml.bak", ".yaml~", ".yaml.2024-09-06"])
def test_a_copy_beside_the_file_that_is_read_is_told_and_stops_nobody(folder, ending):
    name = f"itb_caja_164{ending}"
    shutil.copy(folder / BOX, folder / "cash_boxes" / name)
    assert told() == [f"cash_boxes/{name}: is not read, itb_caja_164.yaml beside it is: move it out of here"]
    assert "itb_caja_164" in cash_boxes()


@pytest.mark.parametrize("name", ["itb_caja_170.txt", "itb_caja_170", "boxes.json", "Thumbs.db"])
def test_anything_else_that_lies_among_the_boxes_is_told(folder, name):
    (folder / "cash_boxes" / name).write_text("")
    (finding,) = told()
    assert finding.startswith(f"cash_boxes/{name}: is not read, since only .yaml files are")


@pytest.mark.parametrize("name", ["old", "more.yaml"])
def test_a_folder_among_the_boxes_is_told(folder, name):
    (folder / "cash_boxes" / name).mkdir()
    said = "is a folder, and what lies in it is not read: move it out of here"
    assert f"cash_boxes/{name}: {said}" in told()


@pytest.mark.parametrize("name", ["README.md", "README", "notes.md", ".DS_Store", ".itb.yaml.swp", ".gitkeep"])
def test_what_is_for_people_or_hidden_by_programs_is_nobodys_mistake(folder, name):
    (folder / "cash_boxes" / name).write_text("")
    assert told() == []


def test_airflow_shows_a_file_that_is_passed_over_and_goes_on_with_the_boxes(folder):
    shutil.copy(folder / BOX, folder / "cash_boxes" / "itb_caja_170.YAML")
    bag = DagBag(dag_folder=str(PLUGINS.parent / "dags"))
    (error,) = bag.import_errors.values()
    assert "cash_boxes/itb_caja_170.YAML: rename it to itb_caja_170.yaml" in error
    assert "cash_close__itb_caja_164" in bag.dags


def test_a_new_box_that_its_mapping_does_not_list_is_told(folder):
    text = (folder / "cash_boxes/austral_oficina_2.yaml").read_text(encoding="utf-8")
    text = text.replace("key: 2", "key: 3").replace("008802", "008803")
    (folder / "cash_boxes/austral_oficina_3.yaml").write_text(text, encoding="utf-8")

    (finding,) = told()
    assert finding.startswith("accounts/bsale_chile.yaml:")
    assert finding.endswith(
        "tables.cost_centre_of_office.values: box austral_oficina_3 is booked by this mapping and not listed"
    )


def test_a_tenant_of_no_box_keeps_no_month_closed_and_is_told(folder, spoil):
    line = spoil("periods.yaml", '"T1,D MG 01 ": 2020-01-01', '"T1,D MG 1 ": 2024-10-01')

    assert told() == [
        f"periods.yaml:{line}: open_from.T1,D MG 1 : no cash box has this tenant, so the line keeps no month closed;"
        " did you mean 'T1,D MG 01'?"
    ]
    # While a box's file is wrong, its tenant is not known.
    spoil(BOX, "lot: 008964", "lot: 8964")
    assert [finding.split(":")[0] for finding in told()] == [BOX]


def test_two_lines_of_one_tenant_do_not_open_a_closed_month_again(folder, spoil):
    """Closed until October by the first line, and open since 2020 by the second, which came last."""
    line = spoil("periods.yaml", '"T1,D MG 01 ": 2020-01-01', '"T1,D MG 01 ": 2024-10-01\n  "T1,D MG 01": 2020-01-01')

    said = "tenant 'T1,D MG 01' has 2 lines that differ only in blanks; leave one"
    assert told() == [f"periods.yaml:{line - 1}: open_from: {said}"]
    with pytest.raises(MappingError, match=said):
        open_from("T1,D MG 01 ")


RULE = "        - account: {table: account_of_form}\n"


def with_rule(spoil, box: str) -> int:
    """Adds a rule for a box to the office's mapping; the line that it begins at."""
    rule = f"        - when: {{box: {box}}}\n          account: 1.1.02.001\n"
    return spoil("accounts/bsale_chile.yaml", RULE, RULE + rule) + 1


def test_a_rule_for_a_mistyped_box_is_refused_also_where_days_are_booked(folder, spoil):
    """It would be booked by the default, silently: the first step of a run sees what the check sees."""
    line = with_rule(spoil, "austral_oficna_1")

    (finding,) = told()
    assert finding.startswith(f"accounts/bsale_chile.yaml:{line}: ")
    assert "box is never 'austral_oficna_1'" in finding
    with pytest.raises(MappingError, match=r"box is never 'austral_oficna_1'.*did you mean 'austral_oficina_1'"):
        account_mapping("bsale_chile")


def test_it_is_told_beside_a_wrong_file_of_another_box(folder, spoil):
    with_rule(spoil, "austral_oficna_1")
    spoil(BOX, "currency: USD", "currency: USS")

    assert [finding.split(":")[0] for finding in told()] == ["accounts/bsale_chile.yaml", BOX]


@pytest.mark.parametrize("wrong", ["currency: CLP\nformerly: oficina_vieja", "currency: [\nformerly: oficina_vieja"])
@pytest.mark.parametrize("name", ["austral_oficina_1", "oficina_vieja"])
def test_nothing_is_said_of_rules_for_a_box_whose_own_file_is_wrong(folder, spoil, name, wrong):
    with_rule(spoil, name)
    spoil("cash_boxes/austral_oficina_1.yaml", "currency: CLP", wrong)
    spoil("cash_boxes/austral_oficina_1.yaml", "lot: 008801", "lot: 8801")

    assert {finding.split(":")[0] for finding in told()} == {"cash_boxes/austral_oficina_1.yaml"}
    assert account_mapping("bsale_chile")


def test_a_rule_may_name_a_renamed_box_as_its_books_do(folder, spoil):
    with_rule(spoil, "oficina_vieja")
    spoil("cash_boxes/austral_oficina_1.yaml", "currency: CLP", "currency: CLP\nformerly: oficina_vieja")
    spoil("accounts/bsale_chile.yaml", "      austral_oficina_1:", "      oficina_vieja:")

    assert told() == []
    assert account_mapping("bsale_chile")


@pytest.mark.parametrize("ledger", ["", "postgresql://nobody@127.0.0.1:1/none"])
def test_the_command_says_what_it_found_and_what_it_left_out(folder, spoil, ledger):
    line = spoil(BOX, "currency: USD", "currency: USS")
    environment = os.environ | {"CIERRE_LEDGER_DSN": ledger}
    command = [sys.executable, "-m", "cierre.reports.check_files", "check"]
    ran = subprocess.run(command, cwd=PLUGINS, env=environment, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        f"{BOX}:{line}: currency: unknown currency 'USS'; known are CLP, EUR, USD, UYU; did you mean 'USD'?",
        f"1 to mend in {folder}.",
    ]
    assert "Left out: what came in the last 90 days and is not mapped" in ran.stderr
