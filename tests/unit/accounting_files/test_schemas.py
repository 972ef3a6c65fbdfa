import json
import re
from typing import ClassVar

import jsonschema
import pytest
import yaml

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.schemas import SCHEMAS, schema_text

FOLDER = mappings_folder()
FILES = sorted(path for path in FOLDER.rglob("*.yaml"))
NAMED = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


class EditorsLoader(yaml.SafeLoader):
    """YAML as editors read it (1.2): dates and times are text, and so is 008964 with its zeros."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in found if tag.endswith((":bool", ":null", ":float"))]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


EditorsLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


def errors(name: str, content: object) -> list[str]:
    """What an editor would underline."""
    validator = jsonschema.Draft7Validator(json.loads(schema_text(name)))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(content)]


def read(path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=EditorsLoader)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_fresh(name):
    written = (FOLDER / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    assert written == schema_text(name), "run `make schemas`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_names_its_schema_and_keeps_it(path):
    named = NAMED.match(path.read_text(encoding="utf-8"))
    schema = (path.parent / named[1]).resolve()

    assert schema.parent == FOLDER / "schemas"
    assert errors(schema.stem, read(path)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"currency": "PEN"}, "currency: 'PEN' is not one of ['CLP', 'EUR', 'USD', 'UYU']"),
        ({"colour": "red"}, "Additional properties are not allowed ('colour' was unexpected)"),
        ({"closing_hour": "6:30"}, "'6:30' does not match"),
        ({"erp": {"tenant": "T1,D MG 01 ", "lot": "8964"}}, "'8964' does not match"),
        ({"approvals": {"first_day": "never"}}, "'never' is not of type 'boolean'"),
    ],
)
def test_an_editor_underlines_what_a_box_file_has_wrong(change, told):
    box = read(FOLDER / "cash_boxes" / "itb_caja_164.yaml")

    assert told in errors("cash_box", box | change)[0]


def test_an_editor_underlines_what_a_mapping_has_wrong():
    mapping = read(FOLDER / "accounts" / "sga_ecuador.yaml")
    posting = mapping["postings"]["payment"][0]
    posting |= {"side": "haber", "amount": "neto"}
    posting["rules"][1]["when"] = {"forma": 15}
    posting["rules"][1]["entities"] = {"04": "X"}

    assert sorted(place.partition(": ")[0] for place in errors("account_mapping", mapping)) == [
        "postings/payment/0/amount",
        "postings/payment/0/rules/1/entities",
        "postings/payment/0/rules/1/when",
        "postings/payment/0/side",
    ]
