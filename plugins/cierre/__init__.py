"""Cierre: closes the cash boxes of a group of companies. Airflow finds it through cierre_plugin.py beside it."""
