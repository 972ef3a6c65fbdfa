"""A package, so that its system and its browser end with the last of its tests."""
