"""The error of a step that may pass by itself; apart, since Airflow looks for it as it reads a DAG's retry policy."""

from airflow.sdk.exceptions import AirflowException


class StepBroke(AirflowException):
    """A step met an error that may pass by itself, so that it is tried again; its sentence is for people.

    ``of_the_ledger``: it was the ledger's database that could not be used.
    """

    of_the_ledger = False
