"""The steps of a close as plain functions. They know no Airflow; wiring.py is the one place that picks hooks."""
