"""Buttons of a step in Airflow's web UI: to the day's page on the close board, and to the source itself."""

from datetime import date
from typing import Any, Protocol, cast

from airflow.sdk import BaseHook, BaseOperator, BaseOperatorLink
from airflow.sdk.configuration import conf

from cierre.accounting_files.loader import cash_box

# Airflow asks for these where the step ran, and keeps the answer.


class Step(Protocol):
    """What the links ask of a step: its box, by the stem of its file, and the day that it closes."""

    box: str
    day: date | None


class DayLink(BaseOperatorLink):
    """To what the books hold of the day: documents, journal, ERP documents."""

    name = "Cierre"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Empty where the step found no business date."""
        step = cast(Step, operator)
        return _on_the_board("boxes", step.box, step.day) if step.day else ""


def decision_page(box: str, day: date) -> str:
    """The close board's page on which a box's day is approved or rejected; the box by the stem of its file."""
    return _on_the_board("approvals", box, day)


def _on_the_board(page: str, box: str, day: date) -> str:
    base = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")  # as Airflow's own links
    return f"{base}/cierre/{page}/{box}/{day}"


class SourceLink(BaseOperatorLink):
    """To the vendor's own site, behind the box's connection."""

    name = "Source"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Its base address, without login."""
        return BaseHook.get_connection(cash_box(cast(Step, operator).box).connection).host or ""
