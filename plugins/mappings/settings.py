"""The group's small settings files beside cash boxes and accounts; each may be absent."""

from typing import TypeVar

from pydantic import ValidationError

from bookkeeping.validation import Model
from mappings.files import read_yaml
from mappings.findings import MappingError
from mappings.loader import mappings_folder

_Settings = TypeVar("_Settings", bound=Model)


def read_settings(name: str, model: type[_Settings]) -> _Settings | None:
    """The file of a name in the mappings folder as a model; None where there is no such file.

    Raises MappingError with all that is wrong in it.
    """
    folder = mappings_folder()
    path = folder / name
    if not path.is_file():
        return None
    file = read_yaml(path, folder)
    if not file.findings:
        try:
            return model.model_validate(file.content)
        except ValidationError as error:
            file.findings.extend(file.explain(error, model))
    raise MappingError(folder, file.findings)
