"""The stand-in for Bsale."""
