"""The ledger's database: what was landed, staged, booked, posted and compared. SQL stands in sql/, by name."""
