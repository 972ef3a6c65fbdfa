"""Writes the parts of the documentation that repeat code, between `<!-- generated: NAME -->` and `<!-- end -->`.

`make docs` runs it; tests/docs/test_generated.py fails where a page is out of date.
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from psycopg.sql import Composed

from cierre.ledger import databases, privileges
from cierre.ledger.roles import Roles, logins as every_login
from hooks.provider import get_provider_info
from local.settings import PROJECT

DOCS = PROJECT / "docs"
PART = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.S)


def commands() -> str:
    """The commands that `make help` lists."""
    rows: list[list[str]] = []
    for line in _help_lines():
        if match := re.fullmatch(r"(make \S+(?: \S.*?)?)(?:  +(\S.*))?", line):
            rows.append([f"`{match[1]}`", match[2] or ""])
        elif line.startswith(" ") and rows:
            rows[-1][1] = f"{rows[-1][1]} {line.strip()}".strip()
    return _table(["command", "what it does"], rows)


def ports() -> str:
    """The ports that a stack takes on this machine, from the last line of `make help`."""
    (line,) = (line for line in _help_lines() if line.startswith("Ports: "))
    what = {"API": "Airflow's web UI and API", "POSTGRES": "PostgreSQL", "SANDBOX": "the vendors' stand-ins"}
    rows = [
        [f"`CIERRE_{name}_PORT`", port, what[name]] for name, port in re.findall(r"CIERRE_(\w+)_PORT \((\d+)\)", line)
    ]
    return _table(["variable", "without it", "of"], rows)


def settings() -> str:
    """The variables that .env.example names, with the comment above them."""
    named: dict[str, list[str]] = {}
    comment = ""
    for line in (PROJECT / ".env.example").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"#([A-Z][A-Z0-9_]+)=(.*)", line):
            name, value = match.groups()
            example = "" if name.startswith("AIRFLOW_CONN_") else value
            named.setdefault(comment, []).append(f"`{name}={example}`" if example else f"`{name}`")
        elif line.startswith("# "):
            comment = " ".join(line.removeprefix("# ").removeprefix("--- ").split()).replace("<", "&lt;")
    return _table(["what for", "variables"], [[said, "<br>".join(names)] for said, names in named.items()])


def airflowsettings() -> str:
    """What Airflow's settings do to tasks that do nothing, as it was last measured (benchmarks/airflow_settings.py)."""
    kept = json.loads((PROJECT / "benchmarks" / "results.json").read_text(encoding="utf-8"))["P12"]
    (case,) = kept["cases"]
    seconds = {name: median(one["seconds"] for one in rounds) for name, rounds in case["results"].items()}
    (first, *_) = seconds.values()
    rows = [[name, f"{took:.1f}", f"{took / first:.2f}"] for name, took in seconds.items()]
    return _table(["one setting changed", "seconds", "× as long"], rows) + f"\n{' '.join(kept['notes'])}\n"


def connections() -> str:
    """The connection types with their forms' fields, as Airflow is told of them."""
    return "\n".join(_connection(one) for one in get_provider_info()["connection-types"])


def dags() -> str:
    """The DAGs: ids, schedules and tags as the files in dags/ and what they call say them."""
    rows: list[list[str]] = []
    for path in sorted((PROJECT / "dags").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in _calls(tree, "DAG"):
            said = _keywords(call)
            rows.append([f"`{_constant(said['dag_id'])}`", _schedule(said["schedule"]), _tags(said), _title(tree)])
    for file, pattern in (("builder.py", "cash_close__<box>"), ("company.py", "company_day__<company>")):
        tree = ast.parse((PROJECT / "plugins" / "cierre" / "orchestration" / file).read_text(encoding="utf-8"))
        (call,) = _calls(tree, "DAG")
        said = _keywords(call)
        runbook = ast.parse((PROJECT / "dags" / f"{pattern.split('__')[0]}.py").read_text(encoding="utf-8"))
        rows.append([f"`{pattern}`", _schedule(said["schedule"]), _tags(said), _title(runbook)])
    return _table(["DAG", "runs", "tags", "what it does"], sorted(rows))


def decisions() -> str:
    """The decisions by number: title, and what the status line says."""
    rows: list[list[str]] = []
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        title, status = path.read_text(encoding="utf-8").split("\n\n", 2)[:2]
        number, _, name = title.removeprefix("# ").partition(". ")
        said = re.sub(r"\s+", " ", status.removeprefix("Status: ")).rstrip(".")
        rows.append([number, f"[{name}]({path.name})", said])
    return _table(["number", "decision", "status"], rows)


def logins() -> str:
    """The statements that make the databases and the logins by hand."""
    ledger, airflow, roles = databases.LEDGER, databases.AIRFLOW, Roles.of()
    made = [f"CREATE ROLE {login} LOGIN PASSWORD '…';" for login in every_login()]
    made += [f"CREATE ROLE {roles.person};", f"CREATE DATABASE {ledger};", f"CREATE DATABASE {airflow};"]
    return _sql(
        *made,
        f"\\connect {ledger}",
        *_written(databases.ledger_database(ledger)),
        f"\\connect {airflow}",
        *_written(databases.airflow_database(airflow)),
    )


def handover() -> str:
    """The statement that hands over what one login made so far, for the ledger's owner."""
    return _sql(*_written([databases.hand_over(Roles.of().owner)]))


def rights() -> str:
    """What the application may write of each table, and what the reader does not see."""
    rows = [
        [f"`{name}`", table.insert.replace(" ", ", "), table.update.replace(" ", ", "), "yes" if table.delete else "",
         table.personal.replace(" ", ", ")]
        for name, table in privileges.TABLES.items()
    ]  # fmt: skip
    return _table(["table", "new rows, with", "changes", "removes rows", "hidden from the reader"], rows)


def grants() -> str:
    """The statements that every migration ends with."""
    return _sql(*_written(privileges.statements(Roles.of())))


def _written(statements: Iterable[Composed]) -> Iterator[str]:
    for statement in statements:
        yield f"{statement.as_string(None).strip()};"


def _sql(*lines: str) -> str:
    return "\n".join(["```sql", *lines, "```", ""])


PARTS: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "airflowsettings": airflowsettings,
    "connections": connections,
    "dags": dags,
    "decisions": decisions,
    "grants": grants,
    "handover": handover,
    "logins": logins,
    "ports": ports,
    "rights": rights,
    "settings": settings,
}


def pages() -> list[Path]:
    """The pages that may have generated parts."""
    return sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md")])


def rewritten(page: str) -> str:
    """The text of a page with its generated parts written anew. Raises KeyError for a part that nobody writes."""
    return PART.sub(lambda part: f"{part[1]}{PARTS[part['name']]().rstrip()}\n{part[3]}", page)


def main() -> int:
    """Writes what is out of date, and says which pages were."""
    for path in pages():
        before = path.read_text(encoding="utf-8")
        if (after := rewritten(before)) != before:
            path.write_text(after, encoding="utf-8")
            print(path.relative_to(PROJECT))
    return 0


def _help_lines() -> Iterator[str]:
    """What `make help` prints."""
    recipe = (PROJECT / "Makefile").read_text(encoding="utf-8").split("\nhelp:\n", 1)[1].split("\n\n", 1)[0]
    for line in recipe.splitlines():
        yield line.strip().removeprefix("@echo").strip().strip('"')


def _connection(said: Mapping[str, Any]) -> str:
    """A connection type: its title, what the form's standard fields are for, and a table of its own fields."""
    form, kind = said["ui-field-behaviour"], said["connection-type"]
    names = {"host": "Host", "login": "Login", "password": "Password"} | form["relabeling"]
    shown = [f"{names[name]} (`{name}`)" for name in ("host", "login", "password") if name not in form["hidden-fields"]]
    head = f"### `{kind}`: {said['hook-name']}\n\nHook `{said['hook-class-name']}`. Standard fields: {', '.join(shown)}"
    example = form["placeholders"]["host"]
    rows = [
        [f"`{name}`", field["label"], field["description"], _default(field["schema"])]
        for name, field in said["conn-fields"].items()
    ]
    more = f"the address is like `{example}`. More: [{kind}](../vendors/{kind}.md)"
    return f"{head}; {more}.\n\n{_table(['field', 'label', 'what for', 'default'], rows)}"


def _default(schema: Mapping[str, Any]) -> str:
    """A field's default, and what else it may be where that is a list."""
    default = schema.get("default")
    told = "" if default in (None, "") else f"`{default if isinstance(default, str) else json.dumps(default)}`"
    if "enum" not in schema:
        return told
    others = ", ".join(f"`{one}`" if one else "blank" for one in schema["enum"] if one != default)
    return f"{told or 'blank'} (or {others})"


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]


def _constant(value: ast.expr) -> Any:
    return value.value if isinstance(value, ast.Constant) else ast.unparse(value)


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg}


def _schedule(value: ast.expr) -> str:
    """When a DAG runs, in words."""
    match value:
        case ast.Constant(value=None):
            return "when a person triggers it"
        case ast.Call(func=ast.Name(id="CronTriggerTimetable"), args=[ast.Constant(value=cron)]):
            return f"`{cron!s}` UTC"
        case ast.Call(func=ast.Name(id="PartitionedAssetTimetable")):
            return "once all boxes of the company have closed the date"
        case ast.Name(id="SCHEDULE"):
            return "daily, after the business date is over"
    raise ValueError(f"no words for the schedule {ast.unparse(value)}")


def _tags(said: Mapping[str, ast.expr]) -> str:
    """A DAG's tags; what differs from box to box by its name."""
    tags = said["tags"]
    assert isinstance(tags, ast.List)
    return ", ".join(
        f"`{_constant(tag)}`" if isinstance(tag, ast.Constant) else f"its {_last(tag)}" for tag in tags.elts
    )


def _last(tag: ast.expr) -> str:
    return ast.unparse(tag).split(".")[-1]


def _title(tree: ast.Module) -> str:
    """The heading of a DAG's runbook."""
    return (ast.get_docstring(tree) or "").splitlines()[0].removeprefix("### ")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as Markdown writes it."""
    cells = [[cell.replace("|", r"\|") for cell in row] for row in [head, *rows]]
    lines = ["| " + " | ".join(row).replace("|  |", "| |") + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
