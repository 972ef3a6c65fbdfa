"""The DAG of a cash box, and which day its runs close."""
