"""Mappings folders with as many cash boxes as a benchmark needs, all copies of one of the demo's."""

import shutil
from pathlib import Path

from local.settings import PROJECT

TENANT = "itb"
"""The SGA tenant that all of these boxes belong to."""

FIRST_KEY = 5000
PATTERN = "itb_caja_164"


def make_boxes(folder: Path, number: int, *, first_lot: int = 100_000, companies: int = 0) -> list[str]:
    """Makes the folder anew with so many boxes; gives their ids. The n-th has the key FIRST_KEY + n and its own lot.

    ``companies``: among how many they are dealt out, as company_0, company_1 and so on (0: all are of one).
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROJECT / "include" / "mappings", folder)
    pattern = (folder / "cash_boxes" / f"{PATTERN}.yaml").read_text(encoding="utf-8")
    for file in (folder / "cash_boxes").glob("*.yaml"):
        file.unlink()
    (folder / "companies.yaml").unlink()
    ids = [f"box_{count:04}" for count in range(number)]
    for count, box_id in enumerate(ids):
        text = pattern.replace("lot: 008964", f"lot: {first_lot + count}").replace("Caja 164", f"Caja {count}")
        text = text.replace("key: 164", f"key: {FIRST_KEY + count}")
        if companies:
            text = text.replace("company: itb\n", f"company: company_{count % companies}\n")
        (folder / "cash_boxes" / f"{box_id}.yaml").write_text(text, encoding="utf-8")
    return ids
