"""What others need to know of Zeta."""

from cierre.ports.named import Named
from cierre.ports.source import SourceDescription
from hooks.zeta.form import FORM

_HOOK = "hooks.zeta.hook"

ZETA = SourceDescription(
    slug="zeta",
    label="Zeta (customers' invoices)",
    hook=Named(_HOOK, "ZetaHook"),
    form=FORM,
    read=Named(_HOOK, "read"),
    control_totals=Named(_HOOK, "control_totals"),
    certify=Named(_HOOK, "certify"),
    landing_key=Named(_HOOK, "landing_key"),
    unique=Named(_HOOK, "unique"),
    notices=Named(_HOOK, "notices"),
    # zeta.seed.txt: ComprobanteNombre and the names of articles say nothing of the customer.
    open_fields=frozenset(
        {
            "Fecha",
            "FechaEmision",
            "Serie",
            "Numero",
            "ComprobanteCodigo",
            "ComprobanteNombre",
            "ComprobanteTipo",
            "MonedaCodigo",
            "MonedaNombre",
            "FacturaTotal",
            "FacturaTotalSigno",
            "FacturaSubtotal",
            "FacturaSubtotalSigno",
            "FacturaIVA",
            "FacturaIVASigno",
            "Cotizacion",
            "ArticuloCodigo",
            "ArticuloNombre",
            "IVANombre",
            "LocalCodigo",
            "LocalNombre",
            "CajaCodigo",
            "CodigoCaja",
            "CondicionNombre",
        }
    ),
)
