"""The vendors that the sandbox stands in for: a package each, found where it lies."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import sandbox


def vendors() -> list[str]:
    """The names of the packages in here that answer over the network, sorted; each is a vendor's."""
    packages = [module.name for module in iter_modules(sandbox.__path__) if module.ispkg]
    return sorted(name for name in packages if find_spec(f"sandbox.{name}.api"))


def parts(module: str, name: str) -> list[Any]:
    """What every vendor's module of that name calls so: ``parts("api", "STAND_IN")``. Raises ImportError or
    AttributeError where one has none."""
    return [getattr(import_module(f"sandbox.{vendor}.{module}"), name) for vendor in vendors()]
