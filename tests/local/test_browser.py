import pytest

from local import browser
from local.errors import LocalError
from support.browser import REQUIRED, chromium


@pytest.fixture
def no_chromium(tmp_path, monkeypatch):
    """A machine without any Chromium; the folder is its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "ON_MACOS", tmp_path / "none")
    monkeypatch.setattr(browser, "DOWNLOADS", tmp_path)
    return tmp_path


def program(path, status: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)


DOWNLOADED = "chromium_headless_shell-1255/chrome-headless-shell-linux64/chrome-headless-shell"


def test_a_headless_shell_is_taken_before_a_whole_browser_and_the_machines_own_before_playwrights(no_chromium):
    for name in ("chromium", DOWNLOADED, "chromium-headless-shell"):
        program(no_chromium / name)
        assert browser.installed() == no_chromium / name


def test_one_that_does_not_start_is_none(no_chromium):
    program(no_chromium / "chromium", status=127)
    assert browser.installed() is None


def test_what_is_missing_is_downloaded_before_the_system_is_touched(no_chromium, monkeypatch):
    monkeypatch.setattr(browser, "_download", lambda: program(no_chromium / DOWNLOADED))
    monkeypatch.setattr(browser, "_system_package", lambda: pytest.fail("the system was touched"))
    assert browser.provide() == no_chromium / DOWNLOADED


def test_where_no_shell_can_be_had_the_machines_browser_is_good_enough(no_chromium, monkeypatch):
    program(no_chromium / "chromium")
    for way in ("_download", "_system_package"):
        monkeypatch.setattr(browser, way, lambda: None)
    assert browser.provide() == no_chromium / "chromium"


def test_where_no_way_leads_to_a_browser_a_sentence_says_so(no_chromium, monkeypatch):
    monkeypatch.setattr(browser, "_download", lambda: None)
    monkeypatch.setattr(browser, "_system_package", lambda: None)
    with pytest.raises(LocalError, match="There is no Chromium that starts"):
        browser.provide()


@pytest.mark.parametrize(("asked", "outcome"), [("", pytest.skip.Exception), ("required", pytest.fail.Exception)])
def test_without_a_browser_its_tests_say_that_they_were_left_out_or_fail_where_one_is_required(
    no_chromium, monkeypatch, asked, outcome
):
    monkeypatch.setenv(REQUIRED, asked)
    with pytest.raises(outcome, match="LEFT OUT: no browser"), chromium():
        pass
