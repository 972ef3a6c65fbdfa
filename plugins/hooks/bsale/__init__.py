"""Bsale, point of sale (docs/vendors/bsale.md)."""
