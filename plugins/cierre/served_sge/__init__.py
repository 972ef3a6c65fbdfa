"""The SGE's interface, served from the ledger to a university's SGI (docs/vendors/sge.md#serving)."""
