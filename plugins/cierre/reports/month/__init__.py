"""A month of a box or a company to take away: one workbook, one printed report, CSV files, or a package of them all."""
