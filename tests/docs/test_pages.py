"""The pages hang together: links lead somewhere, the README is short, every decision is whole."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """The relative links of a page; not what stands in code."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_and_a_heading(page):
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_readme_has_at_most_150_lines():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_version_on_top_of_the_changelog_is_the_packages():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    top = re.search(r"^## \[?([\d.]+)\]? - (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert top[1] == version
    assert re.fullmatch(r"unreleased|\d{4}-\d{2}-\d{2}", top[2])


def test_the_architecture_page_names_every_room():
    page = (ROOT / "docs" / "developers" / "architecture.md").read_text(encoding="utf-8")
    rooms = [package.parent.name for package in (ROOT / "plugins" / "cierre").glob("*/__init__.py")]
    assert [room for room in rooms if f"`{room}`" not in page] == []


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting.extend((page.parent / link.partition("#")[0]).resolve() for link in links(page))
    assert [named(page) for page in PAGES if page not in seen and page.is_relative_to(ROOT / "docs")] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_says_its_status_its_date_and_what_else_was_weighed(decision):
    text = decision.read_text(encoding="utf-8")
    title, status = text.split("\n\n", 2)[:2]
    assert title.startswith(f"# {decision.stem[:4]}. ")
    assert re.match(r"Status: \S.*, \d{4}-\d{2}-\d{2}\.", status), status
    assert re.search(r"\bAlternatives?\b", text), "alternatives"


def test_every_decision_stands_in_the_index_once():
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \d{4} \| \[[^]]+\]\(([^)]+)\)", index, re.MULTILINE) == [
        decision.name for decision in DECISIONS
    ]


def test_no_two_decisions_have_one_number():
    numbers = [decision.name[:4] for decision in DECISIONS]
    assert len(numbers) == len(set(numbers))
