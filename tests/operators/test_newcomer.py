"""docs/accountants/mapping.md, done as it says: a new form of payment is refused with the fix, then closed."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "accountants" / "mapping.md").read_text(encoding="utf-8")
DAY = date(2024, 9, 6)


def shown(heading: str, language: str) -> str:
    """The first block of code in a language below a heading of the guide."""
    return re.search(rf"```{language}\n(.*?)```", GUIDE.split(f"## {heading}\n")[1], re.S)[1]


def insert(file: Path, after: str, lines: str) -> None:
    """Adds lines below the one that begins with ``after``, as a person does in an editor."""
    text = file.read_text(encoding="utf-8")
    at = text.index("\n", text.index(after)) + 1
    file.write_text(text[:at] + lines + text[at:], encoding="utf-8")


def checked(mappings: Path) -> str:
    environment = os.environ | {"CIERRE_MAPPINGS_DIR": str(mappings), "CIERRE_LEDGER_DSN": ""}
    command = [sys.executable, "-m", "cierre.reports.check_files", "check"]
    return subprocess.run(command, env=environment, cwd=ROOT / "plugins", capture_output=True, text=True).stdout


def told(text: str) -> list[str]:
    """Text without the breaks that make it fit a page."""
    return [" ".join(line.split()) for line in text.split("\n\n")]


def test_the_guide_leads_from_a_new_file_to_a_closed_day(close, mappings, sandbox):
    sandbox.bsale.set(requests_per_second=10_000)
    accounts = mappings / "accounts" / "bsale_chile.yaml"

    (mappings / "cash_boxes" / "austral_oficina_3.yaml").write_text(shown("1. Add the box", "yaml"), encoding="utf-8")
    assert " ".join(shown("2. Check it", "text").splitlines()[:2]).replace("   ", " ") in checked(mappings)

    insert(accounts, "      austral_oficina_2:", shown("3. Mend what it says", "yaml"))
    assert "are sound" in checked(mappings)

    run = close("austral_oficina_3", DAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException) as refused:
        run.step("derive")
    for sentence in told(shown("4. Close a day, and see it refused", "text")):
        assert sentence in " ".join(str(refused.value).split())

    for after, lines in zip(
        ("  11: Transferencia", "      11: 1.1.02.001"), shown("5. Map the form", "yaml").split("# …\n"), strict=True
    ):
        insert(accounts, after, lines)
    assert "are sound" in checked(mappings)
    assert close("austral_oficina_3", DAY).all()["state"] == "reconciled"
