"""Everything that is wrong in the mapping files, at once: what `make check-mappings` says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mappings.check import check_all

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


def test_a_new_box_that_its_mapping_does_not_list_is_told(folder):
    text = (folder / "cash_boxes/austral_oficina_2.yaml").read_text(encoding="utf-8")
    text = text.replace("key: 2", "key: 3").replace("008802", "008803")
    (folder / "cash_boxes/austral_oficina_3.yaml").write_text(text, encoding="utf-8")

    (finding,) = told()
    assert finding.startswith("accounts/bsale_chile.yaml:")
    assert finding.endswith(
        "tables.cost_centre_of_office.values: box austral_oficina_3 is booked by this mapping and not listed"
    )


@pytest.mark.parametrize("ledger", ["", "postgresql://nobody@127.0.0.1:1/none"])
def test_the_command_says_what_it_found_and_what_it_left_out(folder, spoil, ledger):
    line = spoil(BOX, "currency: USD", "currency: USS")
    environment = os.environ | {"CIERRE_LEDGER_DSN": ledger}
    command = [sys.executable, "-m", "mappings", "check"]
    ran = subprocess.run(command, cwd=PLUGINS, env=environment, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        f"{BOX}:{line}: currency: unknown currency 'USS'; known are CLP, EUR, USD, UYU; did you mean 'USD'?",
        f"1 to mend in {folder}.",
    ]
    assert "Left out: what came in the last 90 days and is not mapped" in ran.stderr
