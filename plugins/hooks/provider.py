"""What Airflow reads, through the package's entry point, to offer the project's connection types."""

from typing import Any

from hooks.registry import connection_types


def get_provider_info() -> dict[str, Any]:
    """The provider as Airflow 3.3 wants it: name, version, and for each connection type its hook and its form.

    Field names in ``conn-fields`` are the keys that the form writes to the connection's extra; each hook's
    ``Settings`` reads them. Imported by every Airflow process: it must not import the hooks.
    """
    return {
        "package-name": "cierre",
        "name": "Cierre",
        "description": "Closes cash boxes: reads their source, posts the journal to the ERP, reconciles to the cent.",
        "connection-types": connection_types(),
    }
