"""Issued invoices, served from the ledger to a university's SGI, by the interface that such systems read."""
