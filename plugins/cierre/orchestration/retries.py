"""Which failures are tried again: by the kind of error, and when the vendor says when, then."""

import random
from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.definitions.retry_policy import RetryDecision

from operators.outage import SPREAD

PATIENT: dict[str, Any] = {
    "retries": 6,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
}
"""How the DAGs that look after the closes are tried again: for half an hour, in which an API server that is slow to
start, or a task that Airflow lost, has passed, and nobody need be told."""


class RetryByKind(ExceptionRetryPolicy):
    """Airflow's policy by exception, which also waits as long as the vendor asked (``retry_after``, seconds).

    Without such a wish the task's own backoff counts, which doubles and differs from task to task. How often is the
    task's ``retries``. AirflowFailException never gets here: it fails at once.
    """

    def __init__(self) -> None:
        super().__init__(
            rules=[
                RetryRule(
                    [
                        "cierre.ports.errors.DataError",
                        "cierre.ports.errors.FatalError",
                        "cierre.accounting_files.findings.MappingError",
                    ],
                    RetryAction.FAIL,
                    reason="Trying again cannot help: data, mapping or settings must change first.",
                ),
                RetryRule(
                    "cierre.ports.errors.RetriableError",
                    reason="Nothing was changed at the vendor, who is asked again later.",
                ),
                RetryRule(
                    "operators.approve.AnotherPersonIsAsked",
                    retry_delay=timedelta(seconds=1),
                    reason="A person approved, and a second one is asked.",
                ),
                RetryRule(
                    "operators.step_broke.StepBroke",
                    reason="An error that may pass by itself, such as a lost connection to the ledger.",
                ),
                RetryRule(
                    "cierre.ports.errors.UncertainError",
                    reason="The outcome is not known: the next try first empties the address that was sent to.",
                ),
            ]
        )

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """The decision for one failure; other errors than those named are left to the task's retries."""
        decision = super().evaluate(exception, try_number, max_tries, context)
        seconds = getattr(exception, "retry_after", None)
        if decision.action is not RetryAction.RETRY or not seconds:
            return decision
        delay = timedelta(seconds=seconds * random.uniform(1, SPREAD))
        return RetryDecision.retry(delay, f"{decision.reason} It asked for {seconds:.0f} seconds.")
