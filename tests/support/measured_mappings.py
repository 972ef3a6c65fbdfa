"""How often the first proposed account is right, of the shipped mappings too. `make proposals` prints it all."""

from collections.abc import Iterator, Mapping

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.edited_text import comments
from cierre.accounting_files.gap_answers import Question, known_around
from cierre.accounting_files.loader import account_mapping_names, mappings_folder
from cierre.accounting_files.saved_file import accounting_file
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.rules import Table
from sandbox.bsale import catalogue as bsale
from sandbox.sga import catalogue as sga
from support.generated_charts import SEEN
from support.held_back_charts import HELD_BACK
from support.measured_proposals import HELD_BACK_FIRMS, Measure, generated

SAID_BY_SOURCE = {
    ("sga_ecuador", "form"): {str(number): name for number, name, _ in sga.FORMS},
    ("sga_ecuador", "revenue_type"): {str(number): name for number, name in sga.REVENUE_TYPES.items()},
    ("sga_ecuador", "programme"): {str(number): str(name) for number, name in sga.PROGRAMMES.items()},
    ("bsale_chile", "form"): {str(number): one.name for number, one in bsale.PAYMENT_TYPES.items()},
}
"""What the sources call the values of the shipped mappings' tables, by mapping and attribute: other words than those of
the mappings' own comments and names, which are mostly the chart's."""


def shipped() -> Measure:
    """Of the shipped mappings, by what the sources call things, as a person is asked about them."""
    chart, _ = read_chart(mappings_folder())
    mappings = {name: account_mapping(name) for name in account_mapping_names()}
    texts = {name: comments(accounting_file(name).text) for name in mappings}
    measure = Measure()
    for (name, by), called in SAID_BY_SOURCE.items():
        others = [one for one in mappings.values() if one.name != name]
        for table, value, code in _decisions(mappings[name].tables, by):
            question = Question(name, ProblemKind.UNMAPPED, "", ((by, value),), table)
            known = known_around(question, mappings[name], others, chart, texts)
            measure.take(f"{name} {by}", called[value], known, code)
    return measure


def _decisions(tables: Mapping[str, Table], by: str) -> Iterator[tuple[str, str, str]]:
    for name, table in tables.items():
        if table.by == by:
            yield from ((name, value, code) for value, code in table.values.items() if value)


def main() -> None:
    """Prints all figures, and what was wrong of the shipped mappings."""
    held_back, seen, own = generated(HELD_BACK_FIRMS, HELD_BACK), generated(HELD_BACK_FIRMS, SEEN), shipped()
    print(f"The first proposal is right, in words that were held back: {held_back}")
    print(f"In the words that proposals were tuned by, of other firms: {seen}")
    print(f"Of the shipped mappings, by what their sources call things: {own}")
    for line in own.wrong:
        print(f"  {line}")


if __name__ == "__main__":
    main()
