"""`make new-source NAME=…`: a source's package, stand-in, conformance test and page, which run as they are."""

import keyword
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from local.errors import LocalError
from local.settings import PROJECT

TEMPLATES = Path("templates", "source")
REGISTRY = Path("plugins", "hooks", "registry.py")
MAPPINGS = Path("include", "mappings")
SUFFIX = ".jinja"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 30

GENERATORS = (("local.docs",), ("cierre.reports.check_files", "schemas"))
"""The commands that write what repeats the code: parts of pages, the schemas of accountants' files."""


def new_source(name: str, project: Path = PROJECT) -> list[Path]:
    """Writes the files of a source called ``name`` into the project and adds it to the registry; returns the paths of
    the new files. Raises LocalError for a name that cannot be one or is taken, and then writes nothing."""
    _must_be_free(name, project)
    texts = {
        _target(template, name): _environment(project).get_template(template.as_posix()).render(_words(name))
        for template in _templates(project)
    }
    if there := sorted(str(path) for path in texts if (project / path).exists()):
        raise LocalError(f"Nothing was written: there is already {', '.join(there)}.")
    registered = _registered((project / REGISTRY).read_text(encoding="utf-8"), name)
    for path, text in texts.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    (project / REGISTRY).write_text(registered, encoding="utf-8")
    _tidy([*texts, REGISTRY], project)
    return sorted(texts)


def write_what_repeats_the_code(project: Path = PROJECT) -> None:
    """Writes the generated parts of pages and the schemas anew, now that there is another source."""
    own = {"PYTHONPATH": f"{project / 'plugins'}{os.pathsep}{project}", "CIERRE_MAPPINGS_DIR": str(project / MAPPINGS)}
    for module, *arguments in GENERATORS:
        command = [sys.executable, "-m", module, *arguments]
        subprocess.run(command, cwd=project, env=os.environ | own, check=True, stdout=subprocess.DEVNULL)


def _must_be_free(name: str, project: Path) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name) or name in sys.stdlib_module_names:
        raise LocalError(
            f"{name!r} cannot be the name of a source. It names packages and files: at most {LONGEST} small letters,"
            " digits and single underscores between them, beginning with a letter, like NAME=school_till; no word of"
            " Python's own."
        )
    for package in (Path("plugins", "hooks", name), Path("sandbox", name)):
        if (project / package).exists() or (project / package).with_suffix(".py").exists():
            raise LocalError(f"Nothing was written: {package} is there already. Choose another name.")


def _words(name: str) -> dict[str, str]:
    """What the templates call a source by."""
    title = name.replace("_", " ").title()
    return {
        "name": name,
        "title": title,
        "class": title.replace(" ", ""),
        "constant": name.upper(),
        "host": name.replace("_", "-"),
    }


def _environment(project: Path) -> Environment:
    loader = FileSystemLoader(project / TEMPLATES)
    return Environment(loader=loader, undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)


def _templates(project: Path) -> list[Path]:
    return sorted(path.relative_to(project / TEMPLATES) for path in (project / TEMPLATES).rglob(f"*{SUFFIX}"))


def _target(template: Path, name: str) -> Path:
    """Where a template's file goes: ``plugins/hooks/NAME/hook.py.jinja`` to ``plugins/hooks/toy/hook.py``."""
    return Path(template.as_posix().replace("NAME", name).removesuffix(SUFFIX))


def _registered(registry: str, name: str) -> str:
    """The registry's text with the source in it."""
    before, found, after = registry.partition("SOURCES = by_slug([")
    known, end, rest = after.partition("])")
    if not (found and end):
        raise LocalError(f"Nothing was written: {REGISTRY} has no list SOURCES = by_slug([…]) to add {name} to.")
    line = f"from hooks.{name}.description import {name.upper()}\n"
    head, first, tail = before.partition("from hooks.")
    return f"{head}{line}{first}{tail}{found}{known}, {name.upper()}{end}{rest}"


def _tidy(paths: list[Path], project: Path) -> None:
    """Imports in their order and lines of the usual length, whatever the source is called."""
    python = [str(path) for path in paths if path.suffix == ".py"]
    for command in (["check", "--no-cache", "--quiet", "--select", "I", "--fix"], ["format", "--no-cache", "--quiet"]):
        ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
        subprocess.run([ruff, *command, *python], cwd=project, check=True)
