"""What accountants reviewed of a source, in the file that its description names."""

from typing import Any

from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.sentence import Sentence
from hooks.registry import SOURCES


def reviewed(source: str) -> Any:
    """The file's content, of the model that the description names; None for a source that needs none.

    Raises MappingError if there is no such file, or with all that is wrong in it.
    """
    review = SOURCES[source].reviewed
    if review is None:
        return None
    content = read_settings(review.file, review.model.load())
    if content is None:
        missing = Finding(
            review.file,
            0,
            "",
            Sentence("there is no such file, and without it no {source} can be read", source=source.upper()),
        )
        raise MappingError(mappings_folder(), [missing])
    return content
