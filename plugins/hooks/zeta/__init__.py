"""Zeta (ZetaSoftware), customers' invoices (docs/vendors/zeta.md)."""
