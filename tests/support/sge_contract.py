"""The examples of the SGE's contract (sge.seed.md), as tests/hooks/sge has them."""

import re
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "hooks" / "sge"


def example(name: str) -> str:
    """An example of the contract, verbatim."""
    return (EXAMPLES / name).read_text(encoding="utf-8")


def mended(name: str) -> str:
    """The same with the commas and the quote that the document lost."""
    text = re.sub(r'"valor":"2\n', '"valor":"2"\n', example(name))
    return re.sub(r'("\s*:\s*"[^"\n]*")\s*\n(\s*")', r"\1,\n\2", text)
