"""SGA, the schools' cash system (docs/vendors/sga.md)."""
