"""The close board: pages inside Airflow's web UI where every day of every box is seen. Reads; changes nothing."""
