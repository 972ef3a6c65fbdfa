"""The package of a month: all files of it, and a page that finds in a real browser what was changed in a chain."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from cierre.accounting_files.loader import cash_boxes
from cierre.language.regional import speaking
from cierre.ledger import seals
from cierre.reports.month import chains
from cierre.reports.month.scope import Scope
from cierre.reports.month.writers import write
from support import closed_day
from support.browser import chromium

BOXES = tuple(cash_boxes()[box] for box in ("itb_caja_164", "itb_caja_165"))
SEPTEMBER = date(2024, 9, 1)


@pytest.fixture
def package(ledger, reader_dsn, tmp_path) -> Callable[..., Path]:
    """``package()``: a month of two boxes, packed by the role that reads, and unpacked into a folder."""
    for box in BOXES:
        closed_day.close(ledger, box, date(2024, 9, 2), ("20.00", "1"))

    def made(first: date = SEPTEMBER) -> Path:
        path, folder = tmp_path / "month.zip", tmp_path / "month"
        scope = Scope("itb", BOXES, first, "ana", datetime(2024, 10, 5, tzinfo=UTC))
        with psycopg.connect(reader_dsn, autocommit=True) as reader:
            write(reader, scope, speaking("es-EC"), "zip", path)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            archive.extractall(folder)
        return folder

    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``opened(folder)``: the verifying page as a double click opens it; what it asks of a network fails the test."""
    contexts, asked, complaints = [], [], []

    def page_of(folder: Path, locale: str = "en-US") -> Page:
        context = browser.new_context(locale=locale, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((folder / "verify.html").as_uri())
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith("file://")] == []
    assert complaints == []


def change(folder: Path, alter: Callable[[dict], None]) -> None:
    """Changes the chains within the page, as somebody would who wants a page that shows other books."""
    page = folder / "verify.html"
    before, rest = page.read_text().split('id="chains">')
    data, after = rest.split("</script>", 1)
    content = json.loads(data)
    alter(content)
    page.write_text(f'{before}id="chains">{json.dumps(content)}</script>{after}')


def test_it_has_every_file_with_its_hash_and_plain_names(package):
    folder = package()
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert [name for name in names if not name.startswith("csv/")] == [
        "README.txt", "SHA256SUMS", "chains.json", "itb_2024-09.pdf", "itb_2024-09.xlsx", "verify.html"
    ]  # fmt: skip
    assert len(names) == 6 + 17
    assert all(name.isascii() for name in names)
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == set(names) - {"SHA256SUMS"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == said for name, said in sums.items())


def test_it_has_the_hash_of_each_landed_answer_and_no_answer(package, ledger):
    folder = package()
    landed = (folder / "csv" / "landed.csv").read_text(encoding="utf-8-sig")
    for (sha256,) in ledger.execute("SELECT sha256 FROM landing.body"):
        assert sha256 in landed
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.suffix != ".pdf" and path.is_file())
    assert b"inscripcionNombre" not in everything
    assert closed_day.PERSON.encode() not in everything


def test_the_page_says_that_an_untouched_package_is_whole_and_shows_the_heads(package, opened, ledger):
    page = opened(package())
    expect(page.locator("#verdict")).to_have_text(
        "All 2 chains in here are whole.Las 2 cadenas de aquí están íntegras."
    )
    expect(page.locator("#verdict [lang=en]")).to_be_visible()
    heads = [head.hash for head in sorted(seals.heads(ledger, [box.id for box in BOXES]))]
    assert page.locator("#boxes code").all_inner_texts() == heads


def test_it_speaks_spanish_to_who_does_and_english_at_a_click(package, opened):
    page = opened(package(), "es-EC")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#verdict [lang=es]")).to_have_text("Las 2 cadenas de aquí están íntegras.")
    expect(page.locator("#verdict [lang=en]")).to_be_hidden()
    page.get_by_role("button", name="English").click()
    expect(page.locator("#verdict [lang=en]")).to_be_visible()


def altered(data: dict) -> None:
    content = data["chains"][1]["links"][3][2]
    data["chains"][1]["links"][3][2] = ("0" if content[0] != "0" else "1") + content[1:]


def taken_out(data: dict) -> None:
    del data["chains"][1]["links"][3]


def swapped(data: dict) -> None:
    links = data["chains"][1]["links"]
    links[3], links[4] = links[4], links[3]


def dated_otherwise(data: dict) -> None:
    data["chains"][1]["links"][3][3] = "2024-09-02T00:00:00.000000"


@pytest.mark.parametrize("alter", [altered, taken_out, swapped, dated_otherwise])
def test_the_page_names_the_first_link_of_a_tampered_package_that_does_not_hold(package, opened, alter):
    folder = package()
    change(folder, alter)
    page = opened(folder)
    expect(page.locator("#verdict [lang=en]")).to_have_text("NOT whole: itb_caja_165: 4")
    expect(page.locator("#boxes .broken [lang=en]")).to_have_text("broken at link 4")
    expect(page.locator("#boxes .whole")).to_have_count(1)


def test_a_chain_that_was_cut_off_is_found_by_a_noted_head_alone(package, opened, ledger):
    noted = "\n".join("\t".join(map(str, head)) for head in seals.heads(ledger, [BOXES[1].id]))
    folder = package()
    change(folder, lambda data: data["chains"][1]["links"].pop())
    page = opened(folder)
    expect(page.locator("#verdict [lang=en]")).to_have_text("All 2 chains in here are whole.")
    page.locator("#noted").fill(noted)
    page.locator("#compare").click()
    expect(page.locator("#compared .broken [lang=en]")).to_contain_text("the chain in here is shorter")


def test_noted_heads_are_the_same_or_another(package, opened, ledger):
    head = seals.heads(ledger, [BOXES[0].id])[0]
    page = opened(package())
    page.locator("#noted").fill(
        f"{head.box} {head.links} {head.hash}\n{head.box}  3  {'ab' * 32}\nnobody 3 {'ab' * 32}"
    )
    page.locator("#compare").click()
    expect(page.locator("#compared [lang=en]")).to_have_text([
        f"{head.box}, {head.links}: the same",
        f"{head.box}, 3: ANOTHER hash: the chain was written anew",
        "nobody, 3: no box of this package",
    ])  # fmt: skip


def test_of_chains_that_are_too_long_it_has_the_links_since_the_month_began(package, opened, ledger, monkeypatch):
    monkeypatch.setattr(chains, "WHOLE_CHAINS_UP_TO", 5)
    folder = package(date(2099, 1, 1))  # all links are older, so there is the last one
    data = json.loads((folder / "chains.json").read_text())
    links = [head.links for head in sorted(seals.heads(ledger, [box.id for box in BOXES]))]
    assert [(chain["first"], len(chain["links"])) for chain in data["chains"]] == [(number, 1) for number in links]
    assert data["whole"] is False
    page = opened(folder)
    expect(page.locator("#verdict [lang=en]")).to_have_text("All 2 chains in here are whole.")
    expect(page.locator("ul[lang=en] [data-part]")).to_be_visible()
    expect(page.locator("ul[lang=en] [data-whole]")).to_be_hidden()


def test_the_links_since_an_instant_bring_the_hash_of_the_one_before(ledger, package):
    box = BOXES[0].id
    with seals.as_of_one_instant(ledger):
        links = list(seals.links_since(ledger, [box], datetime(1970, 1, 1, tzinfo=UTC)))
        assert [link.seal for link in links] == list(range(1, len(links) + 1))
        some = list(seals.links_since(ledger, [box], links[4].sealed_at))
        assert some[0].previous == links[some[0].seal - 2].hash
        last = list(seals.links_since(ledger, [box], datetime(2100, 1, 1, tzinfo=UTC)))
    assert last == links[-1:]
