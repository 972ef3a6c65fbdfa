"""Fields of landed rows whose texts say nothing of a person, by source: a reader without a right to more sees these.

Every other text of a row is taken to be personal: a name, an identity number, an address, or free text with any of
them. A field that a vendor adds is so hidden until somebody has looked at it.
"""

OPEN_FIELDS: dict[str, frozenset[str]] = {
    # sga.seed.md: datosPago, datosNC, datosRC. rubroNombre is free text.
    "sga": frozenset(
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
    # bsale.seed.txt: a payment. checkTitular, checkRut and the like are people's.
    "bsale": frozenset(
        {
            "href",
            "id",
            "amount",
            "codesii",
        }
    ),
    # zeta.seed.txt: ComprobanteNombre and the names of articles say nothing of the customer.
    "zeta": frozenset(
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
    # sge.seed.md: the columns are the site's own, and one of them names the customer.
    "sge": frozenset(
        {
            "id",
            "anualidad",
            "proyectoId",
            "proyectoIdSGI",
            "numeroFactura",
            "numeroPrevision",
        }
    ),
}

PERSONAL = ("ruc", "cedula", "rut", "nif", "dni", "telefono", "celular", "cliente")
"""Parts of names of fields that are hidden even where they hold a number."""
