"""Stand-ins for the vendors, faithful to their contracts, with faults that can be switched on.

Product code never imports this package: it meets the sandbox over HTTP, as it would meet the vendors.
"""
