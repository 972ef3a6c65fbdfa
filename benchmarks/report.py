"""RESULTS.md: every ratio beside its target, then each benchmark's tables."""

from collections.abc import Iterable, Iterator

from benchmarks.results import Case, Part, Verdict

SHOWN_APART = {"seconds", "cpu_seconds", "peak_bytes", "rows", "cents"}
HEAD = """\
# How fast it is

Measured by `make bench` (one benchmark alone: `make bench ONLY=P2`), beside what a person would use otherwise: the same
work on the same machine in the same run, in turn. Each round is a process of its own; imports and preparation are not
timed, and peak memory is that process's alone, interpreter included. A ratio holds on other machines; the seconds do
not. Whoever wins is printed as winning.
"""


def markdown(parts: Iterable[Part]) -> str:
    """The whole page."""
    return "\n".join(_page(list(parts))) + "\n"


def _page(parts: list[Part]) -> Iterator[str]:
    yield HEAD
    yield "| # | what | measured | target | |"
    yield "|---|---|---|---|---|"
    for part in parts:
        for verdict in part.verdicts:
            yield f"| {part.number} | {verdict.what} | {verdict.measured} | {verdict.target} | {_mark(verdict)} |"
        if part.error:
            yield f"| {part.number} | {part.title} | failed | | ✗ |"
    told = [(part.number, one) for part in parts for one in part.verdicts if one.why]
    if missed := [f"- {number}, {one.what}: {one.why}" for number, one in told if not one.beyond]:
        yield "\n## What is missed, and why\n"
        yield from missed
    if beyond := [f"- {number}, {one.what}: {one.beyond} {one.why}" for number, one in told if one.beyond]:
        yield "\n## What cannot be met here, and what shows it\n"
        yield "Whoever does the least of the work misses these targets too, in the same run; they are marked ▽.\n"
        yield from beyond
    for part in parts:
        yield from _part(part)


def _mark(verdict: Verdict) -> str:
    if verdict.beyond:
        return "▽"
    return {True: "✓", False: "✗", None: "–"}[verdict.is_met]


def _part(part: Part) -> Iterator[str]:
    yield f"\n## {part.number}: {part.title}\n"
    yield part.intro.strip()
    for case in part.cases:
        yield f"\n**{case.title}**\n"
        yield from _table(case)
    if part.notes:
        yield ""
        yield from (f"- {' '.join(note.split())}" for note in part.notes)
    if part.error:
        yield f"\nIt failed:\n\n```\n{part.error.strip()}\n```"
    yield "\n" + "; ".join(f"{name}: {said}" for name, said in part.surroundings.items()) + "."


def _table(case: Case) -> Iterator[str]:
    more = sorted({name for rounds in case.results.values() for one in rounds for name in one} - SHOWN_APART)
    titles = [
        "",
        "median s",
        "spread s",
        "× the first",
        "rows/s",
        "peak MiB",
        *(name.replace("_", " ") for name in more),
    ]
    yield f"| {' | '.join(titles)} |"
    yield "|---" + "|--:" * (len(titles) - 1) + "|"
    first = case.median(next(iter(case.results), ""))
    for name, rounds in case.results.items():
        seconds, last = [one["seconds"] for one in rounds], rounds[-1]
        middle = case.median(name) or 0.0
        figures = [
            f"{middle:.3f}",
            f"{min(seconds):.3f}–{max(seconds):.3f}" if len(seconds) > 1 else "one round",
            f"{middle / first:.2f}" if first else "",
            f"{last['rows'] / middle:,.0f}" if last.get("rows") and middle else "",
            f"{max(one['peak_bytes'] for one in rounds) / 2**20:,.0f}" if last.get("peak_bytes") else "",
            *(str(last.get(column, "")) for column in more),
        ]
        yield f"| {name} | {' | '.join(figures)} |"
