"""Buttons of a step in Airflow's web UI: to the day's page on the close board, and to the source itself."""

from datetime import date
from typing import Any, Protocol, cast

from airflow.sdk import BaseHook, BaseOperator, BaseOperatorLink

from cierre.accounting_files.loader import cash_box
from cierre.alerts.addresses import day_page

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
        return day_page(step.box, step.day) if step.day else ""


class SourceLink(BaseOperatorLink):
    """To the vendor's own site, behind the box's connection."""

    name = "Source"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Its base address, without login."""
        return BaseHook.get_connection(cash_box(cast(Step, operator).box).connection).host or ""
