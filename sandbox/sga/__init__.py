"""The stand-in for SGA."""
