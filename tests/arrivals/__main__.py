"""Two generated years of forty boxes, matched, also by reports, and held against truth: `make simulate-arrivals`."""

import argparse
import sys

from arrivals import by_report, sandbox_year, town_year
from arrivals.judge import Verdict

SHARE = 98.0
"""How many of a hundred lines that can be matched must be, without a person."""


def is_good(verdict: Verdict) -> bool:
    """Nothing matched wrong, nearly everything matched, every planted fault called what it is."""
    return not verdict.wrong and not verdict.misjudged and verdict.share >= SHARE


def main() -> int:
    """Plays a year of each generator and says what came of it; returns 1 where anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m arrivals", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--boxes", type=int, default=40)
    parser.add_argument("--days", type=int, default=365)
    arguments = parser.parse_args()
    verdicts = {
        "sandbox": sandbox_year.play(arguments.seed, arguments.boxes, arguments.days),
        "other town": town_year.play(arguments.seed, arguments.boxes, arguments.days),
        "sandbox, by report": by_report.sandbox(arguments.seed, arguments.boxes, arguments.days),
        "other town, by report": by_report.town(arguments.seed, arguments.boxes, arguments.days),
    }
    for name, verdict in verdicts.items():
        print(f"{name}, seed {arguments.seed}: {verdict}")
        for line in (*verdict.wrong, *verdict.misjudged)[:20]:
            print(f"  {line}")
    return 0 if all(map(is_good, verdicts.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
