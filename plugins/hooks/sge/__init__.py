"""SGE (Hércules): a university's invoices (docs/vendors/sge.md)."""
