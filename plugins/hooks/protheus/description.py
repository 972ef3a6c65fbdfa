"""What others need to know of Protheus (protheus.seed.txt, field-notes.md)."""

from cierre.ports.erp import ErpDescription
from cierre.ports.named import Named
from hooks.protheus.form import FORM

PROTHEUS = ErpDescription(
    slug="protheus",
    label="Protheus (ERP)",
    hook=Named("hooks.protheus.hook", "ProtheusHook"),
    form=FORM,
    box_section=Named("hooks.protheus.box_section", "Protheus"),
    probe=Named("hooks.protheus.probe", "Probe"),
    tells_balances=True,
    tells_master_data=True,
)
