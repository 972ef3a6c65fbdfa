"""A mapping's file is written whole, by one at a time, and only if it still is what was read; git keeps who and why."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cierre.accounting_files.changes import FormName, NewRule, TableValue, VatRate
from cierre.accounting_files.check import check_all
from cierre.accounting_files.draft import draft_of, objections
from cierre.accounting_files.edited_text import edited
from cierre.accounting_files.repository import NotCommitted, commit, history, is_clean
from cierre.accounting_files.saved_file import FileChanged, MayNotWrite, accounting_file, may_write, save
from cierre.bookkeeping.documents import Kind

ANSWER = [FormName(form="19", name="De Una"), TableValue(table="account_of_form", value="19", to="1.1.01.003")]


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "As it was")
    return folder


def test_an_answer_that_fits_is_written_and_checked_like_any_file(folder: Path):
    file = accounting_file("sga_ecuador")
    text = edited(file.text, ANSWER)
    assert objections("accounts/sga_ecuador.yaml", text) == []
    assert draft_of("sga_ecuador", text).form_names["19"] == "De Una"
    assert accounting_file("sga_ecuador") == file
    assert save(file, text) == accounting_file("sga_ecuador").sha256
    assert accounting_file("sga_ecuador").text == text
    assert check_all() == []
    assert [path.name for path in (folder / "accounts").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("code", "said"), [
    ("1.1.01", "is a heading"), ("1.1.02.099", "is blocked"), ("1.1.01.0O3", "did you mean 1.1.01.003"),
])  # fmt: skip
def test_a_wrong_account_is_refused_in_the_words_of_check_mappings(folder: Path, code: str, said: str):
    file = accounting_file("sga_ecuador")
    text = edited(file.text, [ANSWER[0], TableValue(table="account_of_form", value="19", to=code)])
    (found,) = objections("accounts/sga_ecuador.yaml", text)
    assert said in found.message
    (folder / file.name).write_text(text, encoding="utf-8")
    assert check_all() == [found]


def test_a_rate_of_vat_as_a_share_is_refused_on_the_board_as_in_the_file(folder: Path):
    change = VatRate(rate="0.19", valid_from="2026-01-01")
    (found,) = objections("accounts/bsale_chile.yaml", edited(accounting_file("bsale_chile").text, [change]))
    assert found.message == "0.19 would be 0.19 %: rates are in per cent; write 19"


def test_a_form_without_a_name_is_refused(folder: Path):
    rule = NewRule(kind=Kind.PAYMENT, side="debit", amount="net", when={"form": "99"}, account="1.1.01.003")
    (found,) = objections("accounts/sga_ecuador.yaml", edited(accounting_file("sga_ecuador").text, [rule]))
    assert "not among form_names" in found.message


def test_what_is_wrong_in_other_files_already_stops_nobody(spoil: Callable[[str, str, str], int]):
    spoil("cash_boxes/universidad_servicios.yaml", "currency: EUR", "currency: E")
    assert check_all()
    assert objections("accounts/sga_ecuador.yaml", edited(accounting_file("sga_ecuador").text, ANSWER)) == []


@pytest.mark.parametrize(
    "name", ["../companies", "sga_ecuador.yaml", "/etc/passwd", "", "accounts/sga_ecuador", "SGA_ECUADOR"]
)
def test_no_other_file_can_be_meant(folder: Path, name: str):
    with pytest.raises(LookupError):
        accounting_file(name)


def test_a_file_that_changed_meanwhile_is_left_as_it_is(folder: Path):
    file = accounting_file("sga_ecuador")
    (folder / file.name).write_text(file.text + "# by hand\n", encoding="utf-8")
    with pytest.raises(FileChanged):
        save(file, edited(file.text, ANSWER))
    assert accounting_file("sga_ecuador").text.endswith("# by hand\n")


def test_of_many_who_write_at_once_each_finds_the_other_s_lines(folder: Path):
    def add(number: int) -> int:
        for tries in range(1, 200):
            file = accounting_file("sga_ecuador")
            try:
                save(file, edited(file.text, [FormName(form=str(number), name=f"Forma {number}")]))
            except FileChanged:
                continue
            return tries
        raise AssertionError("never alone")

    with ThreadPoolExecutor(4) as people:
        tries = list(people.map(add, range(100, 112)))
    assert len(tries) == 12
    names = draft_of("sga_ecuador", accounting_file("sga_ecuador").text).form_names
    assert {names[str(number)] for number in range(100, 112)} == {f"Forma {number}" for number in range(100, 112)}


def test_a_crash_before_the_rename_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch):
    file = accounting_file("sga_ecuador")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        save(file, edited(file.text, ANSWER))
    assert accounting_file("sga_ecuador") == file
    assert check_all() == []


def test_a_link_is_not_written_and_there_is_a_patch(folder: Path, tmp_path: Path):
    path = folder / "accounts" / "sga_ecuador.yaml"
    elsewhere = path.rename(tmp_path / "elsewhere.yaml")
    path.symlink_to(elsewhere)
    file = accounting_file("sga_ecuador")
    text = edited(file.text, ANSWER)
    assert not may_write(file)
    with pytest.raises(MayNotWrite):
        save(file, text)
    path.unlink()
    path.write_bytes(elsewhere.read_bytes())
    subprocess.run(["git", "apply", "-"], cwd=folder, input=file.patch(text), text=True, check=True)
    assert accounting_file("sga_ecuador").text == text


def test_a_folder_that_is_read_only_is_said_to_be(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    file = accounting_file("sga_ecuador")
    monkeypatch.setattr("cierre.accounting_files.saved_file.tempfile.mkstemp", read_only)
    with pytest.raises(MayNotWrite):
        save(file, edited(file.text, ANSWER))


def test_the_rights_of_the_file_and_its_byte_order_mark_stay(folder: Path):
    path = folder / "accounts" / "sga_ecuador.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    path.chmod(0o640)
    file = accounting_file("sga_ecuador")
    save(file, edited(file.text, ANSWER))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf# yaml")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_commit_has_the_file_alone_with_its_author_and_why(repository: Path):
    (repository / "companies.yaml").write_text("# staged by somebody\n", encoding="utf-8")
    git(repository, "add", "companies.yaml")
    file = accounting_file("sga_ecuador")
    assert is_clean(file.path)
    save(file, edited(file.text, ANSWER))
    assert is_clean(file.path) is False
    made = commit(file.path, "ana", "sga_ecuador: form 19", "# what-if\n5 payments, 378.64 USD")
    assert git(repository, "show", "--name-only", "--format=%an%n%B", made).split("\n") == [
        "ana", "sga_ecuador: form 19", "", "# what-if", "5 payments, 378.64 USD", "", "",
        "accounts/sga_ecuador.yaml", "",
    ]  # fmt: skip
    assert git(repository, "status", "--porcelain") == "M  companies.yaml\n"
    newest, first = history(file.path)
    assert (newest.id, newest.author, newest.title) == (made, "ana", "sga_ecuador: form 19")
    assert first.title == "As it was"


@pytest.mark.parametrize("author", ["--amend", "a <b@c> --date=1", "x\ny", "", "Ñandú", "-c core.pager=id"])
def test_no_name_of_an_author_is_anything_else_than_a_name(repository: Path, author: str):
    file = accounting_file("sga_ecuador")
    save(file, edited(file.text, ANSWER))
    made = commit(file.path, author, "--fixup=HEAD", "--amend")
    assert git(repository, "rev-list", "--count", "HEAD").strip() == "2"
    assert "\n" not in git(repository, "show", "--no-patch", "--format=%an", made).strip()


def test_outside_of_a_repository_there_is_no_history(folder: Path):
    file = accounting_file("sga_ecuador")
    assert is_clean(file.path) is None
    assert history(file.path) == []
    with pytest.raises(NotCommitted):
        commit(file.path, "ana", "title", "body")
