"""The parts of the documentation that repeat code say what the code says."""

import re
from pathlib import Path

import pytest

from hooks.provider import get_provider_info
from local import docs

ROOT = Path(__file__).parents[2]
TYPES = get_provider_info()["connection-types"]


@pytest.mark.parametrize("page", docs.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_no_generated_part_is_out_of_date(page):
    text = page.read_text(encoding="utf-8")
    assert docs.rewritten(text) == text, "run `make docs`"


def test_every_part_that_is_written_stands_on_a_page():
    named = {name for page in docs.pages() for name in re.findall(r"<!-- generated: (\w+) -->", page.read_text())}
    assert named == set(docs.PARTS)


def test_a_part_that_is_out_of_date_is_written_anew():
    page = "before\n<!-- generated: ports -->\nold\n<!-- end -->\nafter\n"
    assert docs.rewritten(page) == f"before\n<!-- generated: ports -->\n{docs.ports()}<!-- end -->\nafter\n"


def test_every_target_of_the_makefile_that_people_call_is_listed():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    listed = re.findall(r"^\| `make ([a-z-]+)", docs.commands(), re.MULTILINE)
    assert sorted(listed) == sorted(set(phony) - {"help", "setup"})


def test_every_dag_is_listed():
    listed = set(re.findall(r"^\| `(\w+)", docs.dags(), re.MULTILINE))
    named = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"check_cash_boxes"}
    assert listed == {f"{name}__" if name in ("cash_close", "company_day") else name for name in named}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind["connection-type"])
def test_a_vendors_page_explains_every_field_of_its_connection(kind):
    page = (ROOT / "docs" / "vendors" / f"{kind['connection-type']}.md").read_text(encoding="utf-8")
    assert [name for name in kind["conn-fields"] if f"`{name}`" not in page] == []


def test_every_vendor_has_a_page():
    vendors = {hook.parent.name for hook in (ROOT / "plugins" / "hooks").glob("*/hook.py")} - {"http"}
    assert {page.stem for page in (ROOT / "docs" / "vendors").glob("*.md")} == vendors


def test_every_table_of_the_ledger_is_explained():
    made = re.compile(r"CREATE (?:OR REPLACE )?(?:UNLOGGED )?(?:TABLE|VIEW) (\w+\.\w+)")
    steps = [step for step in (ROOT / "include" / "migrations" / "versions").iterdir() if step.is_file()]
    text = "\n".join(step.read_text(encoding="utf-8") for step in steps)
    tables = set(made.findall(text)) - set(re.findall(r"DROP TABLE (\w+\.\w+)", text))
    page = (ROOT / "docs" / "operators" / "tables.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z]+\.[a-z_]+)`", page)) == tables
