"""What others need to know of Zeta."""

import re

from cierre.bookkeeping.personal import OpenFields
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.named import Named
from cierre.ports.source import KeyFormat, Override, SourceDescription
from hooks.zeta.form import FORM
from hooks.zeta.vocabulary import VOCABULARY

_HOOK = "hooks.zeta.hook"

ZETA = SourceDescription(
    slug="zeta",
    label="Zeta (customers' invoices)",
    hook=Named(_HOOK, "ZetaHook"),
    form=FORM,
    key_format=KeyFormat(
        r"[1-9][0-9]*-[1-9][0-9]*", Sentence("the numbers of a local and a caja, without zeros before them, like 1-2")
    ),
    vocabulary=VOCABULARY,
    read=Named(_HOOK, "read"),
    control_totals=Named(_HOOK, "control_totals"),
    certify=Named(_HOOK, "certify"),
    landing_key=Named(_HOOK, "landing_key"),
    rows_by_key=Named(_HOOK, "rows_by_key"),
    unique=Named(_HOOK, "unique"),
    rechecks=True,
    notices=Named(_HOOK, "notices"),
    override=Override(
        title="Ask Zeta now (consultar ya)",
        description="Ask although Zeta wants to be left alone until evening. Your name is put on the record.",
    ),
    # docs/vendors/zeta.md: "Empresa bloqueada".
    lockout=re.compile(r"bloque|suspend|locked", re.IGNORECASE),
    # zeta.seed.txt: names of vouchers and articles say nothing of the customer. Notas is free text.
    open_fields=OpenFields(
        frozenset(
            {
                ".day",
                ".of_month",
                ".snapshot",
                ".singly",
                "asked.*",
                "currencies.*",
                "types.*",
                "codes.*",
                "rates.*",
                "receipts.read",
                "receipts.unissued",
                "receipts.sign",
                "Succeed",
                "Success",
                "IsLastPage",
                "FacturaId",
                "RegistroId",
                "Fecha",
                "FacturaFecha",
                "FechaEmision",
                "Serie",
                "Numero",
                "FacturaSerieNumero",
                "FacturaEmitida",
                "Emitido",
                "ComprobanteCFE",
                "TipoCFENombre",
                "TipoDeCFECodigo",
                "ComprobanteCodigo",
                "ComprobanteNombre",
                "ComprobanteTipo",
                "ComprobanteTipoNombre",
                "MonedaCodigo",
                "MonedaNombre",
                "MonedaSimbolo",
                "FacturaDescuentos",
                "LineaDescuentos",
                "FacturaSigno",
                "FacturaTotal",
                "FacturaTotalSigno",
                "FacturaSubtotal",
                "FacturaSubtotalSigno",
                "FacturaIVA",
                "FacturaIVASigno",
                "Total",
                "TotalSigno",
                "Subtotal",
                "SubtotalSigno",
                "IVA",
                "IVASigno",
                "Cotizacion",
                "ArticuloCodigo",
                "ArticuloNombre",
                "IVANombre",
                "IVATasa",
                "LineaSubtotal",
                "LineaIVA",
                "LineaTotal",
                "LocalCodigo",
                "LocalNombre",
                "CajaCodigo",
                "CodigoCaja",
                "CondicionNombre",
                "CondicionPagoCodigo",
                "CondicionPagoNombre",
                "CentroCostosCodigo",
            }
        ),
        marks={"Notas": Named("hooks.zeta.on_behalf", "mark_of")},
    ),
)
