"""What a DAG that looks after the closes found, and nobody was told of yet."""

from collections.abc import Callable

from airflow.sdk.exceptions import AirflowFailException


class NewFinding(AirflowFailException):
    """Fails a task with what people are told at once, whatever they were told of its DAG that day.

    ``settle`` is called when they were told, and where the files name nobody to tell. Until then the next run has to
    find the same again: so it is told, though no way worked or the task ended first.
    """

    def __init__(self, message: str, settle: Callable[[], None]) -> None:
        super().__init__(message)
        self.settle = settle
