"""What others need to know of Protheus (protheus.seed.txt, field-notes.md)."""

from cierre.ports.erp import EntryLimits, ErpDescription
from cierre.ports.named import Named
from hooks.protheus.form import FORM

PROTHEUS = ErpDescription(
    slug="protheus",
    label="Protheus (ERP)",
    hook=Named("hooks.protheus.hook", "ProtheusHook"),
    form=FORM,
    limits=EntryLimits(
        # CT2_LINHA has three characters.
        lines=999,
        # CT2_HIST: a longer text makes the ERP add continuation lines.
        history=40,
        # CT2_CCD, CT2_ITEMD, CT2_CLVLDB, CT2_EC05DB to CT2_EC09DB, and the same of the credit.
        dimensions=(
            "cost_centre",
            "item",
            "value_class",
            "entity_05",
            "entity_06",
            "entity_07",
            "entity_08",
            "entity_09",
        ),
        # CT2_SBLOTE: three digits everywhere; more where the site takes letters, which a probe finds out.
        sublots=999,
    ),
)
