"""The stand-in for Zeta."""
