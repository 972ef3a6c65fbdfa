import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from cierre.accounting_files import MappingError, cash_box, cash_box_ids, cash_boxes, loader, mappings_folder
from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.files import read_model
from cierre.accounting_files.loader import read_box_files
from cierre.bookkeeping.vocabulary import SOURCES

PLUGINS = Path(__file__).parents[3] / "plugins"
BOX = "cash_boxes/itb_caja_164.yaml"
ACCOUNTS = "accounts/sga_ecuador.yaml"


def findings_of(read) -> list[str]:
    """What a reading says is wrong, line by line."""
    with pytest.raises(MappingError) as refused:
        read()
    return [str(finding) for finding in refused.value.findings]


def test_a_box_as_read_can_be_sent_to_another_process(folder):
    for box in cash_boxes().values():
        assert pickle.loads(pickle.dumps(box)) == box


def test_the_projects_own_boxes_are_sound_and_have_the_agreed_keys(folder):
    assert {
        box.id: (box.connection, box.key, box.company, box.erp.tenant, box.erp.lot) for box in cash_boxes().values()
    } == {
        "itb_caja_164": ("sga_itb", "164", "itb", "T1,D MG 01 ", "008964"),
        "itb_caja_165": ("sga_itb", "165", "itb", "T1,D MG 01 ", "008965"),
        "itb_online_caja_12": ("sga_itb_online", "12", "itb_online", "T1,D MG 01 ", "008912"),
        "conduce_caja_3": ("sga_conduce_ecuador", "3", "conduce_ecuador", "T1,D MG 02 ", "008903"),
        "conduce_caja_4": ("sga_conduce_ecuador", "4", "conduce_ecuador", "T1,D MG 02 ", "008904"),
        "educacion_continua_caja_7": (
            "sga_educacion_continua", "7", "educacion_continua", "T1,D MG 03 ", "008907",
        ),
        "austral_oficina_1": ("bsale", "1", "comercial_austral", "T1,D CL 01 ", "008801"),
        "austral_oficina_2": ("bsale", "2", "comercial_austral", "T1,D CL 01 ", "008802"),
        "itb_uruguay_1_1": ("zeta", "1-1", "itb_uruguay", "T1,D UY 01 ", "008851"),
        "itb_uruguay_1_2": ("zeta", "1-2", "itb_uruguay", "T1,D UY 01 ", "008852"),
        "universidad_contratos": ("sge", "123456,123457,123458", "universidad", "T1,D ES 01 ", "008871"),
        "universidad_servicios": ("sge", "200101,200102", "universidad", "T1,D ES 01 ", "008872"),
    }  # fmt: skip


def test_one_box_is_read_as_all_boxes_read_it(folder):
    assert {box_id: cash_box(box_id) for box_id in cash_box_ids()} == cash_boxes()


@pytest.mark.parametrize(
    ("name", "source"),
    [("sga_ecuador", "sga"), ("bsale_chile", "bsale"), ("zeta_uruguay", "zeta"), ("sge_spain", "sge")],
)
def test_each_mapping_of_the_project_books_every_kind_of_its_source(folder, name, source):
    mapping = account_mapping(name)

    assert (mapping.name, mapping.source) == (name, source)
    assert set(mapping.postings) == set(SOURCES[source])


def test_each_box_is_booked_by_a_mapping_of_its_source(folder):
    for box in cash_boxes().values():
        assert account_mapping(box.mapping).source == box.source


def test_a_box_that_is_added_as_a_file_is_known(folder):
    text = (folder / BOX).read_text(encoding="utf-8")
    changed = text.replace("key: 164", "key: 166").replace("008964", "008966")
    (folder / "cash_boxes" / "itb_caja_166.yaml").write_text(changed, encoding="utf-8")

    assert cash_box("itb_caja_166").key == "166"
    assert "itb_caja_166" in cash_boxes()


def test_values_are_read_as_they_were_typed(folder, spoil):
    spoil(BOX, "closing_hour: 00:00", "closing_hour: 06:30")
    spoil(BOX, "name: Caja 164, ITB", "name: 010")

    box = cash_box("itb_caja_164")

    assert (box.name, box.closing_hour, box.erp.lot) == ("010", "06:30", "008964")


def test_an_unknown_box_is_refused_with_the_known_ones(folder):
    assert findings_of(lambda: cash_box("itb_caja_999")) == [
        f"cash_boxes: unknown box 'itb_caja_999'; known are {', '.join(cash_box_ids())}; did you mean 'itb_caja_165'?"
    ]


def test_a_box_id_never_leaves_the_folder(folder):
    assert "unknown box" in findings_of(lambda: cash_box("../accounts/sga_ecuador"))[0]


def test_every_problem_of_every_box_is_told_at_once_with_file_and_line(folder, spoil):
    currency = spoil(BOX, "currency: USD", "currency: XYZ")
    typo = spoil(BOX, "closing_hour:", "closing_our:")
    spoil(BOX, "start_date: 2024-01-01\n", "")
    tenant = spoil("cash_boxes/conduce_caja_3.yaml", "T1,D MG 02 ", "T1, D MG 02")

    assert findings_of(cash_boxes) == [
        f"cash_boxes/conduce_caja_3.yaml:{tenant}: erp.tenant: "
        "'T1, D MG 02' is not 'group,branch' with no blank after the comma, like 'T1,D MG 01 '",
        f"{BOX}:3: start_date is missing",
        f"{BOX}:{currency}: currency: unknown currency 'XYZ'; known are CLP, EUR, USD, UYU",
        f"{BOX}:{typo}: closing_our: is not a field that is known here; did you mean 'closing_hour'?",
    ]


def test_a_wrong_box_does_not_keep_another_from_being_read(folder, spoil):
    spoil(BOX, "currency: USD", "currency: XYZ")

    assert cash_box("itb_caja_165").key == "165"
    with pytest.raises(MappingError, match="unknown currency 'XYZ'"):
        cash_box("itb_caja_164")


@pytest.mark.parametrize("text", ["name:\n", "{}\n", "# a new box\nname:\ncompany:\nsource:\n"])
def test_a_new_file_that_holds_only_names_is_told_and_stops_no_other_box(folder, text):
    (folder / "cash_boxes/caja_nueva.yaml").write_text(text)

    assert cash_box("itb_caja_165").key == "165"
    told = findings_of(cash_boxes)
    assert all(one.startswith("cash_boxes/caja_nueva.yaml:") for one in told)
    assert any(one.endswith("company is missing") for one in told)


def test_a_name_that_is_not_known_is_told_also_where_nothing_follows_it(folder, spoil):
    line = spoil(BOX, "mapping: sga_ecuador", "aprovals:\nmapping: sga_ecuador")

    assert findings_of(lambda: cash_box("itb_caja_164")) == [
        f"{BOX}:{line}: aprovals: is not a field that is known here; did you mean 'approvals'?"
    ]


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_a_box_whose_former_name_is_left_open_keeps_its_own(folder, spoil, nothing):
    spoil(BOX, "mapping: sga_ecuador", f"mapping: sga_ecuador\nformerly: {nothing}")

    assert cash_box("itb_caja_164").id == "itb_caja_164"


def test_a_file_that_may_not_be_read_stops_no_other_box(folder, spoil, monkeypatch):
    spoil(BOX, "mapping: sga_ecuador", "mapping: sga_ecuador\nformerly: caja_vieja")
    denied = folder / "cash_boxes/conduce_caja_3.yaml"

    def opened(path: Path, *args: object, **kwargs: object):
        if path == denied:
            raise PermissionError(13, "Permission denied")
        return open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opened)

    assert cash_box("itb_caja_164").id == "caja_vieja"
    assert findings_of(cash_boxes) == ["cash_boxes/conduce_caja_3.yaml: cannot be read: Permission denied"]


def test_a_mistake_of_ours_in_checking_one_file_stops_no_other_box_and_is_told(folder, monkeypatch):
    def fails_on_one(path: Path, *args: object):
        if path.stem == "itb_caja_164":
            raise UnboundLocalError("made")
        return read_model(path, *args)

    monkeypatch.setattr(loader, "read_model", fails_on_one)

    assert cash_box("itb_caja_165").key == "165"
    assert findings_of(cash_boxes) == [
        f"{BOX}: could not be checked, by a mistake of Cierre (UnboundLocalError): report it with this file"
    ]


def test_a_lot_or_a_source_key_used_by_two_boxes_is_refused(folder, spoil):
    lot = spoil("cash_boxes/itb_online_caja_12.yaml", "008912", "008964")
    spoil("cash_boxes/itb_online_caja_12.yaml", '"T1,D MG 01 "', '"T1,D MG 01"')
    key = spoil("cash_boxes/itb_caja_165.yaml", "key: 165", "key: 164")

    assert findings_of(cash_boxes) == [
        f"cash_boxes/itb_caja_165.yaml:{key}: key: "
        "box itb_caja_164 has the same connection and key; each box needs its own",
        f"cash_boxes/itb_online_caja_12.yaml:{lot}: erp.lot: "
        "box itb_caja_164 has the same tenant and lot; each box needs its own",
    ]


@pytest.mark.parametrize(
    ("box", "key", "wrong", "right"),
    [
        ("itb_caja_164", "164", "0164", "the number of a caja, without zeros before it, like 164"),
        ("itb_caja_164", "164", '"164 "', "the number of a caja, without zeros before it, like 164"),
        ("itb_caja_164", "164", "caja 164", "the number of a caja, without zeros before it, like 164"),
        ("austral_oficina_1", "1", "01", "the number of an office, without zeros before it, like 1"),
        ("austral_oficina_1", "1", "Puerto Varas", "the number of an office, without zeros before it, like 1"),
        ("itb_uruguay_1_2", "1-2", "01-02", "the numbers of a local and a caja, without zeros before them, like 1-2"),
        ("itb_uruguay_1_2", "1-2", "1/2", "the numbers of a local and a caja, without zeros before them, like 1-2"),
        ("itb_uruguay_1_2", "1-2", "12", "the numbers of a local and a caja, without zeros before them, like 1-2"),
        ("universidad_servicios", '"200101,200102"', "200101;200102 200103",
         "the ids of projects with commas between them, like 123456,123457"),
    ],
)  # fmt: skip
def test_a_key_that_is_written_otherwise_than_its_source_writes_it_is_refused(folder, spoil, box, key, wrong, right):
    """SGA takes 0164 for caja 164: a second spelling of a till would be a second box, and post its money twice."""
    line = spoil(f"cash_boxes/{box}.yaml", f"key: {key}\n", f"key: {wrong}\n")

    said = f"cash_boxes/{box}.yaml:{line}: key: {wrong.strip(chr(34))!r} is not {right}"
    assert findings_of(cash_boxes) == [said]
    assert findings_of(lambda: cash_box(box)) == [said]


def test_two_boxes_that_list_the_same_projects_in_another_order_have_the_same_key(folder, spoil):
    spoil("cash_boxes/universidad_servicios.yaml", '"200101,200102"', '"123458, 123456,123457"')

    (finding,) = findings_of(cash_boxes)
    assert "box universidad_contratos has the same connection and key" in finding


def test_the_same_lot_in_another_tenant_is_another_lot(folder, spoil):
    spoil("cash_boxes/conduce_caja_3.yaml", "008903", "008964")

    assert cash_boxes()["conduce_caja_3"].erp.lot == cash_boxes()["itb_caja_164"].erp.lot


def test_a_box_whose_mapping_has_no_file_is_refused(folder, spoil):
    line = spoil(BOX, "mapping: sga_ecuador", "mapping: sga_peru")

    assert findings_of(cash_boxes) == [
        f"{BOX}:{line}: mapping: there is no file accounts/sga_peru.yaml; did you mean 'sga_ecuador'?"
    ]


def test_a_file_that_ends_in_yml_is_not_silently_left_out(folder):
    (folder / BOX).rename(folder / "cash_boxes" / "itb_caja_164.yml")
    told = "cash_boxes/itb_caja_164.yml: rename it to itb_caja_164.yaml: only .yaml files are read"

    assert findings_of(cash_boxes) == [told]
    assert told in findings_of(lambda: cash_box("itb_caja_164"))


def test_a_file_name_that_cannot_be_in_a_dag_id_is_refused(folder):
    (folder / BOX).rename(folder / "cash_boxes" / "ITB-164.yaml")

    assert findings_of(cash_boxes) == [
        "cash_boxes/ITB-164.yaml:3: 'ITB-164' is not a name of small letters, digits and underscores"
    ]


def test_an_id_inside_the_file_is_refused(folder, spoil):
    spoil(BOX, "key: 164", "key: 164\nid: other")

    assert findings_of(cash_boxes)[0].endswith("id: is the file's own name; leave this line out")


def test_a_folder_without_boxes_is_an_error(folder):
    for path in (folder / "cash_boxes").glob("*.yaml"):
        path.unlink()

    assert findings_of(cash_boxes) == ["cash_boxes: there is no cash box: add a file <box>.yaml"]


def test_every_problem_of_a_mapping_is_told_with_its_line(folder, spoil):
    heading = spoil(ACCOUNTS, "1.1.01.001 ", "1.1.01 ")
    unknown = spoil(ACCOUNTS, "account: 2.1.01.002", "account: 2.1.01.007")
    history = spoil(ACCOUNTS, '"Caja {box_key} {date} Becas"', '"Caja {caja} {date} Becas"')

    assert findings_of(lambda: account_mapping("sga_ecuador")) == [
        f"{ACCOUNTS}:{heading}: tables.account_of_form.values.1: account 1.1.01 (Efectivo y equivalentes) is a "
        "heading: book to one of the accounts under it, like 1.1.01.001, 1.1.01.002, 1.1.01.003",
        f"{ACCOUNTS}:{history}: postings.payment[3].history: history 'Caja {{caja}} {{date}} Becas' names "
        "{caja}; known are box, box_key, company, date, form, form_name, fraud, programme, reference, revenue_type",
        f"{ACCOUNTS}:{unknown}: postings.receipt[2].rules[1].account: account 2.1.01.007 is not in the chart of "
        "accounts; did you mean 2.1.01.003 (Ventas por cuenta ajena por liquidar)?",
    ]


def test_mistakes_of_shape_are_told_in_words_with_their_lines(folder, spoil):
    side = spoil(ACCOUNTS, "side: credit", "side: haber")
    table = spoil(ACCOUNTS, "{table: account_of_form}", "{tabel: account_of_form}")
    priority = spoil(ACCOUNTS, "priority: 10", "priority: high")
    kind = spoil(ACCOUNTS, "  receipt:", "  receit:")
    rules = spoil(ACCOUNTS, "        - account: 2.1.01.001", "          account: 2.1.01.001")

    told = findings_of(lambda: account_mapping("sga_ecuador"))

    assert told == [
        f"{ACCOUNTS}:{table}: postings.payment[1].rules[1].account: table is missing",
        f"{ACCOUNTS}:{table}: postings.payment[1].rules[1].account.tabel: is not a field that is known here; "
        "did you mean 'table'?",
        f"{ACCOUNTS}:{priority}: postings.payment[2].rules[2].priority: 'high' is not a whole number",
        f"{ACCOUNTS}:{side}: postings.payment[4].side: 'haber' is not one of 'debit' or 'credit'",
        f"{ACCOUNTS}:{rules - 1}: postings.credit_note[2].rules: must be a list",
        f"{ACCOUNTS}:{kind}: postings.receit: 'receit' is not one of 'payment', 'credit_note', 'receipt', 'sale', "
        "'collection' or 'refund'; did you mean 'receipt'?",
    ]


def test_an_unknown_mapping_is_refused_with_the_known_ones(folder):
    assert findings_of(lambda: account_mapping("sga_peru")) == [
        "accounts: unknown mapping 'sga_peru'; known are bsale_chile, sga_ecuador, sge_spain, zeta_uruguay; "
        "did you mean 'sga_ecuador'?"
    ]


def test_a_folder_that_the_environment_names_must_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path / "nowhere"))

    with pytest.raises(MappingError, match="the folder that CIERRE_MAPPINGS_DIR names does not exist") as refused:
        cash_boxes()
    assert str(tmp_path / "nowhere") in str(refused.value)


def test_without_the_environment_it_is_the_projects_own_folder(monkeypatch):
    monkeypatch.delenv("CIERRE_MAPPINGS_DIR", raising=False)

    assert mappings_folder() == PLUGINS.parent / "include" / "mappings"


def test_where_the_package_is_installed_elsewhere_it_is_below_airflow_home(monkeypatch, tmp_path):
    monkeypatch.delenv("CIERRE_MAPPINGS_DIR", raising=False)
    monkeypatch.setattr(
        "cierre.accounting_files.loader.__file__",
        str(tmp_path / "site-packages" / "cierre" / "accounting_files" / "loader.py"),
    )
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))

    with pytest.raises(MappingError, match=r"there is no such folder, nor .*, and CIERRE_MAPPINGS_DIR names no other"):
        mappings_folder()
    below = tmp_path / "home" / "include" / "mappings"
    below.mkdir(parents=True)
    assert mappings_folder() == below


def test_reading_a_box_imports_neither_airflow_nor_the_account_mappings(folder):
    program = (
        "import sys; from cierre.accounting_files import cash_box; cash_box('itb_caja_164'); "
        "heavy = {'airflow', 'cierre.bookkeeping.mapping', 'cierre.bookkeeping.derive', 'requests'}; "
        "print(sorted(heavy & sys.modules.keys()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=PLUGINS, capture_output=True, text=True, check=True, timeout=60
    )

    assert answer.stdout.strip() == "[]"


def test_what_is_written_off_is_of_sources_whose_open_invoices_are_asked_for(folder):
    file = folder / BOX
    file.write_text(f"{file.read_text(encoding='utf-8')}\nwritten_off: [{{invoice: J1, reason: bankrupt}}]\n")
    line = len(file.read_text(encoding="utf-8").splitlines())
    told = "is for boxes of sources whose open invoices are asked for, which sga is not"
    assert f"{BOX}:{line}: written_off: {told}" in findings_of(cash_boxes)


class TestFormerName:
    """A file that is called otherwise now goes on with the books of the one it was."""

    @pytest.fixture
    def renamed(self, folder) -> "Path":
        """itb_caja_164.yaml is called itb_centro.yaml now, and says what it was."""
        new = (folder / BOX).rename(folder / "cash_boxes" / "itb_centro.yaml")
        new.write_text(f"{new.read_text(encoding='utf-8')}\nformerly: itb_caja_164\n", encoding="utf-8")
        return new

    def test_the_box_keeps_its_id_and_both_names_lead_to_it(self, renamed):
        box = cash_box("itb_centro")

        assert (box.id, box.file, box.formerly) == ("itb_caja_164", "itb_centro", "itb_caja_164")
        assert cash_box("itb_caja_164") == cash_boxes()["itb_caja_164"] == box
        assert "itb_centro" in cash_box_ids()
        assert "itb_caja_164" not in cash_box_ids()

    def test_a_box_without_the_line_is_called_as_its_file(self, folder):
        box = cash_box("itb_caja_164")
        assert (box.id, box.file, box.formerly) == ("itb_caja_164", "itb_caja_164", None)

    def test_a_former_name_that_still_has_a_file_is_refused(self, renamed, folder):
        (folder / BOX).write_text(renamed.read_text(encoding="utf-8").replace("formerly: itb_caja_164", ""))
        line = renamed.read_text(encoding="utf-8").splitlines().index("formerly: itb_caja_164") + 1
        said = (
            f"cash_boxes/itb_centro.yaml:{line}: formerly: box itb_caja_164 still has a file of its own; delete that"
            " one, or leave this line out"
        )
        assert said in findings_of(cash_boxes)
        assert findings_of(lambda: cash_box("itb_centro")) == [said]
        assert cash_box("itb_caja_164").file == "itb_caja_164"

    def test_two_files_that_go_on_with_the_same_books_are_both_refused(self, renamed, folder):
        other = folder / "cash_boxes" / "itb_otra.yaml"
        other.write_text(renamed.read_text(encoding="utf-8").replace("008964", "008966").replace("key: 164", "key: 9"))
        said = findings_of(cash_boxes)
        assert any("itb_otra goes on with the books of itb_caja_164 too" in one for one in said)
        assert any("itb_centro goes on with the books of itb_caja_164 too" in one for one in said)

    def test_a_file_that_names_itself_or_writes_its_own_name_is_refused(self, folder):
        file = folder / BOX
        text = file.read_text(encoding="utf-8")
        for line in ("formerly: itb_caja_164", "file: itb_caja_164", "id: itb_caja_164"):
            file.write_text(f"{text}\n{line}\n", encoding="utf-8")
            (said,) = findings_of(lambda: cash_box("itb_caja_164"))
            assert said.endswith("is the file's own name; leave this line out")

    def test_a_name_that_nobody_ever_had_is_unknown(self, renamed):
        (said,) = findings_of(lambda: cash_box("itb_caja_16"))
        assert "unknown box 'itb_caja_16'" in said


def test_a_wrong_file_stops_only_its_box(folder, spoil):
    spoil(BOX, "currency: USD", "currency: USDD")
    (folder / "cash_boxes" / "borrador.yml").write_text("name: Draft\n")
    files = read_box_files()
    assert files.sound.keys() == set(cash_box_ids()) - {"itb_caja_164"}
    assert [file.name for file in files.wrong] == [BOX]
    assert [finding.file for finding in files.findings] == [BOX, "cash_boxes/borrador.yml"]
