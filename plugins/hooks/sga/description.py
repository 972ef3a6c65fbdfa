"""What others need to know of SGA."""

from cierre.ports.named import Named
from cierre.ports.source import SourceDescription
from hooks.sga.form import FORM
from hooks.sga.vocabulary import VOCABULARY

_HOOK = "hooks.sga.hook"

SGA = SourceDescription(
    slug="sga",
    label="SGA (school cash system)",
    hook=Named(_HOOK, "SgaHook"),
    form=FORM,
    vocabulary=VOCABULARY,
    read=Named(_HOOK, "read"),
    control_totals=Named(_HOOK, "control_totals"),
    certify=Named(_HOOK, "certify"),
    landing_key=Named(_HOOK, "landing_key"),
    unique=Named(_HOOK, "unique"),
    # sga.seed.md: datosPago, datosNC, datosRC. rubroNombre is free text.
    open_fields=frozenset(
        {
            "facturaNumero",
            "facturaFecha",
            "formaPagoId",
            "formaPagoNombre",
            "formaPagoCodigo",
            "carreraNombre",
            "tipoRubroDescripcion",
            "ncFecha",
            "ncTipoDescripcion",
            "rcFecha",
            "pagoFecha",
        }
    ),
)
