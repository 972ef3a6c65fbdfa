"""Words of firms that proposals were not tuned by: of Peru, Mexico, Colombia and Argentina, shops and clinics.

They were written down before the first figure was taken by them, and nothing of what proposes accounts was changed for
one of them.
"""

from support.generated_charts import Words

HELD_BACK = Words(
    banks=[
        "BCP", "Interbank", "Banco de la Nación", "Banorte", "Banamex", "HSBC", "Bancolombia", "Davivienda",
        "Banco de Bogotá", "AV Villas", "Galicia", "Macro", "Banco Provincia", "Supervielle", "Azteca", "Mibanco",
    ],
    wallets=[
        "Plin", "Nequi", "Daviplata", "Ualá", "Tunki", "Niubiz", "Izipay", "Culqi", "Conekta", "OpenPay", "Clip",
        "PayU", "Wompi", "Rapipago", "Pago Fácil", "PagoEfectivo", "OXXO",
    ],
    forms=[
        (["Caja", "Fondo fijo de cobranzas", "Efectivo por depositar"], ["Efectivo", "Contado efectivo"]),
        (["Cheques recibidos", "Valores a depositar, cheques"], ["Cheque", "Cheque propio", "Cheque de terceros"]),
        (["Tarjetas de crédito a cobrar", "Cupones tarjeta de crédito", "Tarjetas crédito pendientes de abono"],
         ["Tarjeta crédito", "T. crédito", "Crédito tarjeta"]),
        (["Tarjetas de débito a cobrar", "Cupones tarjeta de débito"], ["Tarjeta débito", "Débito", "T. débito"]),
        (["Detracciones", "Cuenta de detracciones Banco de la Nación"], ["Detracción", "Detracciones SUNAT"]),
        (["Retenciones de ganancias sufridas", "Retenciones ganancias"], ["Retención ganancias", "Ret. ganancias"]),
        (["Percepciones de IVA", "IVA percepciones"], ["Percepción IVA", "Percepciones"]),
        (["Vales de despensa por cobrar", "Vales despensa"], ["Vale de despensa", "Vales despensa"]),
        (["Anticipos recibidos", "Señas de clientes", "Anticipos de pacientes"], ["Anticipo", "Anticipo cliente"]),
        (["Saldos a favor de clientes", "Saldo a favor clientes"], ["Saldo a favor", "Uso saldo a favor"]),
        (["Puntos por canjear", "Programa de puntos"], ["Puntos", "Canje de puntos"]),
        (["Convenios por cobrar, empresas", "Convenios con empresas"], ["Convenio", "Convenio empresa"]),
        (["Seguros médicos por cobrar", "Aseguradoras por cobrar"], ["Aseguradora", "Seguro médico"]),
        (["Cuentas corrientes de clientes", "Clientes en cuenta corriente"], ["Cuenta corriente", "Cta. corriente"]),
    ],
    incomes=[
        (["Consultas médicas", "Ingresos por consultas"], ["Consulta", "Consulta general"]),
        (["Radiografías", "Servicio de radiología"], ["Radiografía", "Radiografía panorámica"]),
        (["Análisis clínicos", "Laboratorio clínico"], ["Análisis", "Análisis clínico"]),
        (["Ventas de mostrador", "Ventas mostrador"], ["Venta mostrador", "Mostrador"]),
        (["Ventas por catálogo", "Ventas catálogo"], ["Catálogo", "Venta catálogo"]),
        (["Fletes cobrados", "Ingresos por fletes"], ["Flete", "Flete cobrado"]),
        (["Instalaciones", "Servicio de instalación"], ["Instalación", "Instalación a domicilio"]),
        (["Garantías extendidas", "Venta de garantías extendidas"], ["Garantía extendida", "Garantía"]),
        (["Repuestos", "Venta de repuestos"], ["Repuesto", "Repuestos"]),
        (["Mano de obra taller", "Servicio de taller"], ["Mano de obra", "Taller mano de obra"]),
        (["Suscripciones", "Ingresos por suscripciones"], ["Suscripción", "Suscripción anual"]),
        (["Estacionamiento", "Ingresos de estacionamiento"], ["Estacionamiento", "Playa estacionamiento"]),
        (["Eventos y banquetes", "Salones y eventos"], ["Evento", "Salón de eventos"]),
        (["Hospedaje", "Ingresos por habitaciones"], ["Hospedaje", "Habitación doble"]),
        (["Lavandería", "Servicio de lavandería"], ["Lavandería", "Lavandería exprés"]),
        (["Propinas por distribuir", "Propinas"], ["Propina", "Propinas"]),
    ],
    programmes=[
        "Sucursal Miraflores", "Sucursal San Isidro", "Sucursal Polanco", "Sucursal Coyoacán", "Sucursal Chapinero",
        "Sucursal Usaquén", "Sucursal Palermo", "Sucursal Belgrano", "Bodega central", "Planta Callao", "Pediatría",
        "Cardiología", "Dermatología", "Urgencias", "Quirófano", "Farmacia", "Perfumería", "Ferretería", "Jardinería",
        "Juguetería", "Panadería", "Carnicería", "Electrodomésticos", "Telefonía", "Comercio electrónico",
    ],
    others=[
        "Mercaderías", "Materias primas", "Deudores varios", "Deudores morosos", "Créditos fiscales",
        "IVA crédito fiscal", "IVA débito fiscal", "Anticipos a proveedores", "Muebles y útiles", "Rodados",
        "Amortización acumulada", "Proveedores", "Remuneraciones por pagar", "Cargas sociales", "Préstamos",
        "Impuesto a los ingresos brutos", "Capital", "Resultados acumulados", "Alquileres perdidos",
        "Gastos bancarios", "Publicidad", "Honorarios",
        "Costo de mercaderías vendidas", "Diferencias de cambio", "Intereses ganados", "Descuentos obtenidos",
    ],
)  # fmt: skip
