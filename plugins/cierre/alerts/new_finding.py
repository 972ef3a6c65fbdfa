"""What a DAG that looks after the closes found, and nobody was told of yet."""

from collections.abc import Callable, Iterable

from airflow.sdk.exceptions import AirflowException, AirflowFailException


class NewFinding(AirflowFailException):
    """Fails a task with what people are told at once, whatever they were told of its DAG that day.

    ``settle`` is called when they were told, and where the files name nobody to tell. Until then the next run has to
    find the same again: so it is told, though no way worked or the task ended first.
    """

    def __init__(self, message: str, settle: Callable[[], None]) -> None:
        super().__init__(message)
        self.settle = settle


class StillWrong(AirflowException):
    """Fails a task, to be tried again, with what stays wrong of some ``subjects``: these tell it from other failures of
    a day, since why it is wrong may be said in other words each time (a time, a count, a vendor's text)."""

    def __init__(self, message: str, subjects: Iterable[str]) -> None:
        super().__init__(message)
        self.subjects = frozenset(subjects)
