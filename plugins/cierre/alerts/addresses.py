"""Addresses of the close board's pages, for mails and for buttons in Airflow. Boxes are named by the stems of their
files."""

from datetime import date

from airflow.sdk.configuration import conf


def day_page(box: str, day: date) -> str:
    """What the books hold of a box's day: documents, journal, documents of the ERP."""
    return _on_the_board("boxes", box, day)


def decision_page(box: str, day: date) -> str:
    """Where a box's day is approved or rejected."""
    return _on_the_board("approvals", box, day)


def _on_the_board(page: str, box: str, day: date) -> str:
    base = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")  # as Airflow's own links
    return f"{base}/cierre/{page}/{box}/{day}"
