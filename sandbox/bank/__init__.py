"""A bank and two card acquirers: what arrives of what cash boxes took, in the weather of the real ones."""
