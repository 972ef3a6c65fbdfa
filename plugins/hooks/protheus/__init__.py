"""Protheus, the ERP (docs/vendors/protheus.md)."""
