"""A year of forty boxes with 10,000 changes after the close: `make simulate-looks`, SEED= for another year."""

import argparse
import logging
import sys
import time

from late_changes.year import play


def main() -> int:
    """Plays a year and says what became of it; returns 1 if anything was missed, invented or booked wrong."""
    parser = argparse.ArgumentParser(prog="python -m late_changes", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--boxes", type=int, default=40)
    parser.add_argument("--planted", type=int, default=10_000)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    outcome = play(arguments.seed, boxes_of_year=arguments.boxes, planted=arguments.planted)
    planted = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in sorted(outcome.planted.items()))
    print(
        f"{outcome.planted.total():,} changes planted in {outcome.days:,} days of {arguments.boxes} boxes: {planted}."
    )
    print(f"{outcome.looks:,} looks, {outcome.corrected:,} corrections.")
    print(
        f"Documents not found at the first look after they changed: {len(outcome.missed):,}. Invented:"
        f" {len(outcome.invented):,}. Days whose books ended wrong: {len(outcome.wrong_books):,}."
        f" ({time.monotonic() - began:.0f} s, seed {arguments.seed})"
    )
    for line in (*outcome.missed, *outcome.invented, *outcome.wrong_books)[:20]:
        print(line)
    return 0 if outcome.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
