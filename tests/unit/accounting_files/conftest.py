"""A copy of the project's mapping files that a test may spoil."""

from support.mapping_files import folder, spoil

__all__ = ["folder", "spoil"]
