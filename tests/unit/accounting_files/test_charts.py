import pytest

from cierre.accounting_files import MappingError
from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart

CHART = "charts/chart_of_accounts.csv"
CENTRES = "charts/cost_centres.csv"


def test_the_projects_chart_has_what_a_check_needs_to_be_tried_on(folder):
    chart, findings = read_chart(folder)

    assert findings == []
    assert any(account.blocked for account in chart.accounts.values())
    assert any(not account.postable for account in chart.accounts.values())
    assert any(account.requires_cost_centre for account in chart.accounts.values())
    assert any(centre.blocked for centre in chart.cost_centres.values())


def test_every_account_stands_under_a_heading_of_the_chart(folder):
    accounts = read_chart(folder)[0].accounts

    for code in accounts:
        heading, _, _ = code.rpartition(".")
        assert not heading or not accounts[heading].postable


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (CHART, "account,name", "cuenta,name", "the first line must be account,name,postable,requires_cost_centre,"),
        (CHART, "Caja general,true", "Caja general,sí", "postable must be true or false, not 'sí'"),
        (CHART, "1.1.01.002,Cheques", "1.1.01.001,Cheques", "1.1.01.001 is listed twice"),
        (CHART, "1.1.01.002,", ",", "account is empty"),
        (CHART, "1.1.01.002,", "1.1.01.002.000.000.001,", "account 1.1.01.002.000.000.001 has more than 20 characters"),
        (CENTRES, "0102,Enfermería", "0102,Salud,Enfermería", "has 4 columns instead of 3 (code, name, blocked)"),
    ],
)
def test_a_wrong_line_of_a_chart_is_told(folder, spoil, file, old, new, message):
    line = spoil(file, old, new)
    with pytest.raises(MappingError) as refused:
        account_mapping("sga_ecuador")

    (finding,) = refused.value.findings
    assert str(finding).startswith(f"{file}:{line}: {message}")


def test_rows_without_any_cell_are_no_accounts(folder):
    path = folder / CHART
    path.write_text(path.read_text().replace(",", ";") + ";;;;\n\n ; ;;;\n")

    chart, findings = read_chart(folder)
    assert findings == []
    assert "" not in chart.accounts


def test_a_wrong_line_below_a_cell_of_two_lines_is_told_as_an_editor_counts(folder):
    heading, *rows = (folder / CHART).read_text().splitlines()
    two = '9.9.99.001,"Caja\nchica",true,false,false'
    (folder / CHART).write_text("\n".join([heading, two, "", "9.9,x", *rows]))

    assert [str(finding) for finding in read_chart(folder)[1]] == [
        f"{CHART}:5: has 2 columns instead of 5 (account, name, postable, requires_cost_centre, blocked)"
    ]


def test_a_spreadsheets_byte_order_mark_is_no_part_of_the_heading(folder):
    path = folder / CHART
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert read_chart(folder)[1] == []


def test_a_list_that_is_missing_is_none_so_that_any_code_may_be_used(folder):
    for file in (CHART, CENTRES):
        (folder / file).unlink()
    chart, findings = read_chart(folder)
    assert (chart.accounts, chart.cost_centres, findings) == (None, None, [])
    assert chart.objection("account", "9.9.9") is None
    assert chart.objection("cost_centre", "9.9.9") is None


def test_an_unreadable_list_is_told(folder):
    (folder / CENTRES).write_bytes("code,name,blocked\n1,Educación,false\n".encode("latin-1"))

    assert [str(finding) for finding in read_chart(folder)[1]] == [
        f"{CENTRES}: is not UTF-8 text; export it as 'CSV UTF-8'",
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("9" * 200_000 + ",x,true,false,false", ":2: is not valid CSV: field larger than field limit"),
        ("\n" * 20_000_001, ": has more than 20,000,000 bytes"),
    ],
)
def test_a_chart_that_no_erp_exported_is_told_and_not_read(folder, row, message):
    heading = (folder / CHART).read_text().splitlines()[0]
    (folder / CHART).write_text(f"{heading}\n{row}\n")

    (finding,) = read_chart(folder)[1]
    assert str(finding).startswith(f"{CHART}{message}")
