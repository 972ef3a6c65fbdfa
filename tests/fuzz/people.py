"""People who stand in the answers and must stand nowhere else."""

import re

from fuzz.mutations import Literal, Node, Object, places, put, value_at

NAMES = ("Zulema Quispe Ñandú", "Wenceslao O'Higgins Xu")
NUMBERS = ("0987654321", "0912098765")
PLANTED = re.compile("|".join((*NUMBERS, "Zulema", "Quispe", "andú", "Wenceslao", "Higgins")))
"""What gives them away, however it is escaped."""

PERSONAL = re.compile(
    r"inscripcion(nombre|cedula)|clienteruc|clientetelefono|clientedireccion|cliente.*(nombre|razon|rut|documento|telefono)"
    r"|^(apellido|razonsocial|cedula|rut|email|telefono|direccion|contacto)$|checktitular|checkrut|entidad"
    r"|vendedornombre|usuarionombre|cliente(direccion|email|celular)",
    re.IGNORECASE,
)
OF_COLUMNS = re.compile("entidad", re.IGNORECASE)


def plant(tree: Node, person_columns: frozenset[str] = frozenset()) -> int:
    """Puts the people's names and numbers into every personal field of an answer; says into how many.

    A payment of Bsale has none of its own: it gets that of a cheque's owner.
    """
    planted = 0
    for place in list(places([tree])):
        row = value_at(place)
        if isinstance(row, Object) and {"amount", "payment_type"} <= {name for name, _ in row}:
            row.append(["checkTitular", NAMES[0]])
    for place in list(places([tree])):
        node, _, name = place
        is_field = name in person_columns or PERSONAL.search(name) or _is_field_of_a_person(node, name)
        if is_field and isinstance(value_at(place), str) and not isinstance(value_at(place), Literal):
            number = re.search(r"ced|ruc|rut|tel|doc|cel", name, re.IGNORECASE)
            put(place, (NUMBERS if number else NAMES)[planted % 2])
            planted += 1
    return planted


def _is_field_of_a_person(node: Node, name: str) -> bool:
    """The value of a pair ``{"nombre": "Entidad", "valor": …}``."""
    if name != "valor" or not isinstance(node, Object):
        return False
    return any(field == "nombre" and OF_COLUMNS.search(str(value)) for field, value in node)
