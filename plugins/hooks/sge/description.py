"""What others need to know of the SGE."""

from cierre.bookkeeping.personal import OpenFields
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.named import Named
from cierre.ports.source import InvoiceSourceDescription, KeyFormat, Reviewed
from hooks.sge.form import FORM
from hooks.sge.vocabulary import VOCABULARY

_HOOK = "hooks.sge.hook"

REVIEW = Reviewed("sge_columns.yaml", Named("hooks.sge.reviewed", "InvoiceColumns"))

SGE = InvoiceSourceDescription(
    slug="sge",
    label="SGE (Hércules: issued invoices)",
    hook=Named(_HOOK, "SgeHook"),
    form=FORM,
    key_format=KeyFormat(
        r"[^\s,]+( *, *[^\s,]+)*", Sentence("the ids of projects with commas between them, like 123456,123457")
    ),
    vocabulary=VOCABULARY,
    read=Named(_HOOK, "read"),
    control_totals=Named(_HOOK, "control_totals"),
    certify=Named(_HOOK, "certify"),
    landing_key=Named(_HOOK, "landing_key"),
    unique=Named(_HOOK, "unique"),
    invoices_seen=Named(_HOOK, "invoices_seen"),
    projects_of=Named(_HOOK, "projects_of"),
    plan=Named(_HOOK, "plan"),
    reviewed=REVIEW,
    # sge.seed.md: the columns are the site's own, and one of them names the customer; see hooks.sge.columns.
    open_fields=OpenFields(
        frozenset(
            {
                ".day",
                ".since",
                "projects.id",
                "projects.announced",
                "reading.*",
                "names.*",
                "columns.id",
                "columns.nombre",
                "columns.acumulable",
                "campos.nombre",
                "invoices.id",
                "of_the_day.id",
                "details.id",
                "followed.id",
                "gone.id",
                "gone.issued_on",
                "planned.id",
                "anualidad",
                "proyectoId",
                "proyectoIdSGI",
                "numeroFactura",
                "numeroPrevision",
            }
        ),
        named_by={"valor": "nombre"},
    ),
    open_columns=Named("hooks.sge.columns", "open_columns"),
)
