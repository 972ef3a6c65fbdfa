"""The stand-in for SGE."""
