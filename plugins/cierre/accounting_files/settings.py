"""The group's small settings files beside cash boxes and accounts; each may be absent."""

from typing import TypeVar

from cierre.accounting_files.files import read_model
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.bookkeeping.validation import Model

_Settings = TypeVar("_Settings", bound=Model)


def read_settings(name: str, model: type[_Settings]) -> _Settings | None:
    """The file of a name in the mappings folder as a model; None where there is no such file.

    Raises MappingError with all that is wrong in it.
    """
    folder = mappings_folder()
    path = folder / name
    if not path.is_file():
        return None
    made, file = read_model(path, folder, model)
    if made is None:
        raise MappingError(folder, file.findings)
    return made
