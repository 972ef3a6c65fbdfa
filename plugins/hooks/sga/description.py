"""What others need to know of SGA."""

from cierre.bookkeeping.personal import OpenFields
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.named import Named
from cierre.ports.source import KeyFormat, SourceDescription
from hooks.sga.form import FORM
from hooks.sga.vocabulary import VOCABULARY

_HOOK = "hooks.sga.hook"

OPEN_FIELDS = frozenset(
    {
        "facturaId",
        "facturaNumero",
        "facturaFecha",
        "formaPagoId",
        "formaPagoNombre",
        "formaPagoCodigo",
        "carreraId",
        "carreraNombre",
        "tipoRubroId",
        "tipoRubroDescripcion",
        "esFraude",
        "pagoFecha",
        "pagoValor",
        "descPromo",
        "descBeca",
        "ncId",
        "ncFecha",
        "ncTipoId",
        "ncTipoDescripcion",
        "ncValor",
        "rcId",
        "rcFecha",
        "rcValorInicial",
    }
)
"""sga.seed.md: what of datosPago, datosNC and datosRC says nothing of a person. rubroNombre is free text."""

SGA = SourceDescription(
    slug="sga",
    label="SGA (school cash system)",
    hook=Named(_HOOK, "SgaHook"),
    form=FORM,
    key_format=KeyFormat(r"[1-9][0-9]*", Sentence("the number of a caja, without zeros before it, like 164")),
    vocabulary=VOCABULARY,
    read=Named(_HOOK, "read"),
    control_totals=Named(_HOOK, "control_totals"),
    certify=Named(_HOOK, "certify"),
    landing_key=Named(_HOOK, "landing_key"),
    unique=Named(_HOOK, "unique"),
    open_fields=OpenFields(OPEN_FIELDS),
    called={
        "form": "formaPagoNombre",
        "programme": "carreraNombre",
        "revenue_type": "tipoRubroDescripcion",
        "note_type": "ncTipoDescripcion",
    },
)
