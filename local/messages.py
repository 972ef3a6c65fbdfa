"""Brings the catalogues of translations up to date with what the code says: `make messages`.

New texts come in untranslated; one that resembles a former text takes over its translation, marked `fuzzy`; what nobody
says any more is kept as obsolete (`#~`). tests/language/test_catalogues.py fails until a person has decided on each.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import get_args

from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunType
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from cierre.board.runs import WHY_STALLED
from cierre.board.states import STATES
from cierre.bookkeeping.answers import Decision
from cierre.bookkeeping.approvals import Reason as ApprovalReason
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.evidence import Grade
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.matching.words import BY, WORDS
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.treatment import TREATMENTS
from cierre.bookkeeping.vocabulary import SOURCES
from cierre.closing.belonging import NAMES
from cierre.language.language import LOCALES
from cierre.ledger.contradictions import WHY
from cierre.ledger.reconciliation import OF_OTHER_REVISIONS
from cierre.ledger.sealed_rows import KINDS
from cierre.ledger.seals import DESCRIBED
from cierre.ports.probe import Verdict
from cierre.posting.read_back import ACKNOWLEDGED, READ_BACK
from hooks.bsale.words import Reason as BsaleReason
from hooks.registry import ERPS
from hooks.sga.words import NO_CASH, Reason as SgaReason
from hooks.sge.rows import Reason as SgeReason
from hooks.zeta.words import Reason as ZetaReason
from local.texts import Text, in_code, in_pages, needs_translation

PLUGINS = LOCALES.parents[2]
CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/cierre.po"))


def vocabulary() -> Iterator[Text]:
    """Words that are said as they come from the ledger, a source or Airflow, so that no call has them as its text."""
    for file, words in {
        "Airflow": (*TaskInstanceState, *DagRunState, *DagRunType),
        "cierre/board/arrivals_page.py": (*WORDS.values(), *BY.values()),
        "cierre/board/runs.py": WHY_STALLED.values(),
        "cierre/board/states.py": (text for state in STATES.values() for text in (state.word, state.meaning)),
        "cierre/bookkeeping/documents.py": Kind,
        "cierre/bookkeeping/evidence.py": (text for grade in Grade for text in (grade, grade.meaning)),
        "cierre/bookkeeping/journal.py": (side.name.lower() for side in Side),
        "cierre/bookkeeping/statements/charges.py": ("fee", "vat", "withheld"),
        "cierre/bookkeeping/vocabulary.py": {
            name: None
            for kinds in SOURCES.values()
            for shape in kinds.values()
            for name in (*shape.components, *shape.attributes)
        },
        "cierre/bookkeeping/treatment.py": TREATMENTS,
        "cierre/closing/belonging.py": NAMES.values(),
        "cierre/closing/company_day.py": ("unattested", "landed", "staged", "staged and quarantined", "journal", "ERP"),
        "cierre/bookkeeping/answers.py": (*get_args(Decision), "not taken"),
        "cierre/bookkeeping/approvals.py": ApprovalReason,
        "cierre/bookkeeping/checks.py": ("amount", "attribute", "dimension", "table"),
        "cierre/ledger/seals.py": (*KINDS, *DESCRIBED.values()),
        "cierre/ledger/contradictions.py": WHY.values(),
        "cierre/ledger/attempts.py": ("claimed", "confirmed", "rejected", "doomed", "withdrawn"),
        "cierre/accounting_files/snippet.py": ("account", "cost centre", "item", "value class", "code"),
        "cierre/ledger/mapping_proposals.py": ("accepted", "refused", "withdrawn"),
        "cierre/ledger/reconciliation.py": (OF_OTHER_REVISIONS,),
        "cierre/ledger/overview.py": ("reconciled", "no activity", "discrepancy", "open", "not read", "uncertain"),
        "cierre/ports/probe.py": Verdict,
        "cierre/posting/read_back.py": (ACKNOWLEDGED, READ_BACK, "entries", "entries never posted", "lines"),
        **{
            f"hooks/{erp.slug}/probe.py": (
                text
                for one in erp.probe.load().assumptions.values()
                for text in (one.says, one.done, one.otherwise, one.obstacle)
                if text and not isinstance(text, Sentence)
            )
            for erp in ERPS.values()
        },
        "hooks/bsale/words.py": BsaleReason,
        "hooks/sga/words.py": (*SgaReason, *NO_CASH.values()),
        "hooks/sge/rows.py": SgeReason,
        "hooks/zeta/words.py": ZetaReason,
    }.items():
        yield from (Text(word.replace("_", " "), file) for word in words)
    for kind in Kind:
        one, many = kind.texts
        yield Text(one, "cierre/bookkeeping/documents.py", many)


def everything_said() -> list[Text]:
    """All that people may be told and that needs a translation, by the file that says it."""
    commands = (Text(one.text, f"local/{one.file}", one.plural) for one in in_code(Path(__file__).parent))
    texts = {*in_code(PLUGINS), *in_pages(PLUGINS), *vocabulary(), *commands}
    return sorted((one for one in texts if needs_translation(one.text)), key=lambda one: (one.file, one.text))


def updated(catalogue: bytes, texts: Iterable[Text]) -> bytes:
    """A catalogue with what is said now: new texts untranslated or fuzzy, former ones obsolete."""
    translations = read_po(BytesIO(catalogue))
    template = Catalog(creation_date=translations.creation_date)
    for one in texts:
        template.add((one.text, one.plural) if one.plural else one.text, locations=[(one.file, 0)])
    translations.update(template, update_header_comment=False)
    text = BytesIO()
    write_po(text, translations, width=120, include_lineno=False)
    return text.getvalue()


if __name__ == "__main__":
    everything = everything_said()
    for path in CATALOGUES:
        path.write_bytes(updated(path.read_bytes(), everything))
