"""A month as one package: all its files, the chains of its boxes, and a page that verifies them without a network."""

import base64
import hashlib
import io
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO
from zipfile import ZIP_DEFLATED, ZipFile

from cierre.language.regional import Regional
from cierre.reports.month.files import write_pdf, write_table, write_xlsx
from cierre.reports.month.scope import Scope, file_name
from cierre.reports.month.tables import Tables

PAGE = Path(__file__).parent / "page"


def write_package(path: Path, tables: Tables, scope: Scope, _: Regional) -> None:
    """Writes the package. Raises ValueError, with a sentence, where the month has more rows than a sheet holds."""
    with TemporaryDirectory() as folder, ZipFile(path, "w", ZIP_DEFLATED) as package:
        for form, write in (("xlsx", write_xlsx), ("pdf", write_pdf)):
            file = Path(folder) / file_name(scope.name, scope.first, form)
            write(file, tables, scope, _)
            package.write(file, file.name)
        contents = dict(_write_csv_files(package, tables, _))
        chains = Path(folder) / "chains.json"
        with chains.open("w", encoding="utf-8") as text:
            text.writelines(tables.chains.json(tables.title))
        package.write(chains, chains.name)
        _write_page(package, chains)
        with _text(package, "README.txt") as readme:
            readme.writelines(f"{line}\n" for line in _readme(tables, contents, _))
    _add_hashes(path)


def _write_csv_files(package: ZipFile, tables: Tables, _: Regional) -> Iterator[tuple[str, str]]:
    """Writes each table as CSV; gives its file's name and its title."""
    for table in tables:
        name = f"csv/{table.name}.csv"
        with _text(package, name, encoding="utf-8-sig") as file:
            write_table(file, table, _)
        yield name, table.title


def _write_page(package: ZipFile, chains: Path) -> None:
    """The page, with its style, its script and the chains within it, so that a browser needs no other file."""
    page, style, script = ((PAGE / f"verify.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    page = page.replace("{style-src}", _allowed(style)).replace("{script-src}", _allowed(script))
    page = page.replace('<link rel="stylesheet" href="verify.css">', f"<style>{style}</style>")
    before, after = page.split('<script src="verify.js"></script>')
    with _text(package, "verify.html") as file:
        file.write(f'{before}<script type="application/json" id="chains">')
        with chains.open(encoding="utf-8") as data:
            shutil.copyfileobj(data, file)
        file.write(f"</script>\n<script>{script}</script>{after}")


def _allowed(text: str) -> str:
    """How a content security policy names a style or a script that may stand in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _readme(tables: Tables, contents: dict[str, str], _: Regional) -> Iterable[str]:
    yield from (tables.title, "")
    yield from (f"{heading}: {text}" for heading, text in tables.about())
    yield ""
    yield from (f"{name}: {title}" for name, title in contents.items())
    yield ""
    yield _(
        "verify.html computes the boxes' chains again in your browser, without a network, and says what that proves."
    )
    yield _("chains.json has the same links as data, and says how each is hashed.")
    yield _("csv/landed.csv has the hash of each answer of a source; the answers themselves are not in this package.")
    yield _("SHA256SUMS has the hash of every file here: sha256sum -c SHA256SUMS")


def _add_hashes(path: Path) -> None:
    with ZipFile(path) as package:
        lines = []
        for name in package.namelist():
            with package.open(name) as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")  # type: ignore[arg-type]
    with ZipFile(path, "a", ZIP_DEFLATED) as package:
        package.writestr("SHA256SUMS", "".join(lines))


@contextmanager
def _text(package: ZipFile, name: str, encoding: str = "utf-8") -> Iterator[TextIO]:
    """A text file within the package."""
    with package.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        yield text
