"""An object by module and name, imported when it is first used: descriptions stay light that way."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    """``Named("hooks.<vendor>.hook", "read")`` is called as the function is."""

    module: str
    name: str

    def load(self) -> Any:
        """The object. Raises ImportError or AttributeError where there is none."""
        return getattr(import_module(self.module), self.name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the object gives when it is called."""
        return self.load()(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"
