"""The registry of vendors: each description is whole and light, and each package is built of the same parts."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from cierre.bookkeeping.vocabulary import SOURCES as VOCABULARY
from cierre.ports.named import Named
from cierre.ports.source import InvoiceSourceDescription
from hooks.http.hook import VendorHook
from hooks.registry import ERPS, SOURCES, by_slug, connection_types, limits_of_any, preloaded

HOOKS = Path(__file__).parents[2] / "plugins" / "hooks"
VENDORS = {**SOURCES, **ERPS}

EVERY_VENDORS = {"__init__", "description", "form", "hook", "settings"}
PARTS = EVERY_VENDORS | {
    "wire",  # how it is spoken to, and what an answer's status means
    "login",
    "limits",  # what it allows: requests a second, calls a day, hours
    "questions",  # what it may be asked for
    "fetch",  # which calls a day takes
    "snapshot",  # what is landed of a day, and how it is read back
    "words",  # its words against the glossary's
    "rows",  # rows as documents
    "certificate",  # what it says itself of a day
    "totals",  # what the raw rows sum to
    "vocabulary",  # what its documents carry
    "writes",  # what is entered there
    "read_back",  # what stands there
    "box_section",  # what a box's file says of an ERP, and what an entry can hold there
    "numbering",  # how an ERP numbers addresses and documents
    "probe",  # what posting assumes of an ERP's site, and how it is tried
    "master_data",  # what an ERP says may be booked, and until when
    "rights",  # whether its login may post
}
OWN_PARTS = {
    "bsale": {"answers", "lists", "owner"},
    "protheus": {"query", "range_reader"},
    "sge": {"collections", "columns", "plan", "reviewed"},
    "zeta": {
        "checks",
        "currency_words",
        "field_types",
        "lines",
        "on_behalf",
        "receipts",
        "vat",
        "voucher",
        "voucher_kinds",
        "voucher_parts",
    },
}
"""Parts of one vendor alone."""

KNOWN_TO_HOOKS = ("hooks", "cierre.ports", "cierre.bookkeeping", "cierre.language")


def packages() -> set[str]:
    return {path.parent.name for path in HOOKS.glob("*/__init__.py")} - {"http"}


def test_every_package_is_registered_and_nothing_else():
    assert packages() == VENDORS.keys()


@pytest.mark.parametrize("slug", VENDORS)
def test_every_package_is_built_of_the_same_parts(slug):
    parts = {path.stem for path in (HOOKS / slug).glob("*.py")}
    assert parts >= EVERY_VENDORS
    assert parts - PARTS == OWN_PARTS.get(slug, set())


@pytest.mark.parametrize("slug", VENDORS)
def test_every_part_that_a_description_names_is_there(slug):
    parts = VENDORS[slug].named
    assert parts
    assert all(callable(part.load()) for part in parts)


@pytest.mark.parametrize("slug", VENDORS)
def test_a_hook_is_the_one_of_its_description(slug):
    description = VENDORS[slug]
    hook = description.hook.load()
    assert issubclass(hook, VendorHook)
    assert (hook.conn_type, hook.hook_name) == (slug, description.label)
    assert description.hook.module in preloaded()
    assert hook("any")  # an id is all that it needs


@pytest.mark.parametrize("slug", VENDORS)
def test_a_form_sets_what_the_hooks_settings_read(slug):
    fields = VENDORS[slug].form["conn-fields"]
    assert set(fields) == set(VENDORS[slug].hook.load().settings_model.model_fields)


def test_every_source_is_handed_only_what_the_wiring_has():
    assert {name for one in SOURCES.values() for name in one.hook.load().takes} == {
        "allowances",
        "override_by",
        "reviewed",
    }


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_source_is_described_as_it_is(source):
    assert source.vocabulary
    assert source.open_fields.names
    hook = source.hook.load()
    assert ("reviewed" in hook.takes) is (source.reviewed is not None)
    assert hasattr(hook, "must_be_of") is (source.owner is not None)
    assert hasattr(hook, "looks_back_to") is isinstance(source, InvoiceSourceDescription)


def test_the_vocabulary_knows_no_other_sources():
    assert VOCABULARY.keys() == SOURCES.keys()


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_run_is_offered_what_the_hook_is_handed(source):
    assert ("override_by" in source.hook.load().takes) is (source.override is not None)


@pytest.mark.parametrize("slug", ERPS)
def test_an_erps_section_of_a_boxs_file_says_its_kind_and_its_limits(slug):
    section = ERPS[slug].box_section.load()
    assert get_args(section.model_fields["kind"].annotation) == (slug,)
    assert section.limits.lines > 1
    assert section.limits.history > 0


def test_a_mapping_fits_the_erp_that_holds_least():
    limits = limits_of_any()
    assert all(limits.history <= one.box_section.load().limits.history for one in ERPS.values())
    assert all(limits.dimensions >= one.box_section.load().limits.dimensions for one in ERPS.values())


def test_a_name_that_is_there_twice_is_refused():
    with pytest.raises(ValueError, match="two vendors are called sga"):
        by_slug([SOURCES["sga"], SOURCES["sga"]])


def test_a_part_of_another_package_is_refused():
    stray = replace(SOURCES["sga"], read=Named("hooks.zeta.hook", "read"))
    with pytest.raises(ValueError, match=r"sga has parts outside of its package: hooks\.zeta\.hook\.read"):
        by_slug([stray])


def test_every_connection_type_is_described_once():
    types = [one["connection-type"] for one in connection_types()]
    assert sorted(types) == sorted(VENDORS)


def test_reading_the_registry_imports_no_hook():
    heavy = "{'airflow', 'requests', 'pydantic', 'hooks.http.hook'}"
    code = f"import sys, hooks.registry; print({heavy} & set(sys.modules))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "set()"


def imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports, those of functions and TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.split(".")[0] in ("cierre", "hooks", "operators", "sandbox"))


FILES = sorted(HOOKS.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(HOOKS)) for path in FILES])
def test_hooks_know_ports_bookkeeping_and_language_alone(path):
    vendor = path.parent.name
    for name in imports(path):
        assert name.startswith(tuple(f"{known}." for known in KNOWN_TO_HOOKS)), name
        # One vendor knows nothing of another.
        if vendor in VENDORS and name.startswith("hooks."):
            assert name.split(".")[1] in (vendor, "http"), name


def test_no_circle_within_the_hooks():
    modules = {".".join(path.relative_to(HOOKS.parent).with_suffix("").parts): path for path in FILES}
    left = {
        module: {known for name in imports(path) for known in (name, name.rpartition(".")[0]) if known in modules}
        for module, path in modules.items()
    }
    while free := [module for module, needed in left.items() if not needed & left.keys()]:
        for module in free:
            del left[module]
    assert not left, f"these import one another: {', '.join(left)}"
