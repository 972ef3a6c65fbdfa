from datetime import timedelta

import pytest
from airflow.sdk import RetryAction

from cierre.accounting_files.findings import Finding, MappingError
from cierre.orchestration.retries import SPREAD, RetryByKind
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError

VENDOR = {"vendor": "SGA"}


def decision(error: Exception):
    return RetryByKind().evaluate(error, try_number=1, max_tries=3)


@pytest.mark.parametrize(
    "error",
    [RetriableError("overloaded", **VENDOR), UncertainError("no answer", **VENDOR)],
    ids=lambda e: type(e).__name__,
)
def test_what_may_pass_is_tried_again_after_the_tasks_own_backoff(error):
    told = decision(error)
    assert (told.action, told.retry_delay) == (RetryAction.RETRY, None)


def test_an_uncertain_write_is_tried_again_by_emptying_its_address_first():
    assert "first empties the address" in decision(UncertainError("no answer", **VENDOR)).reason


@pytest.mark.parametrize("seconds", [1, 30, 7200])
def test_a_vendors_wish_for_a_pause_is_honoured_and_not_by_all_at_the_same_instant(seconds):
    delays = {decision(RetriableError("429", retry_after=seconds, **VENDOR)).retry_delay for _ in range(20)}
    assert all(timedelta(seconds=seconds) <= delay <= timedelta(seconds=seconds * SPREAD) for delay in delays)
    assert len(delays) > 1


@pytest.mark.parametrize(
    "error",
    [
        DataError("no such invoice", **VENDOR),
        FatalError("wrong login", **VENDOR),
        MappingError("/mappings", [Finding("accounts/x.yaml", 1, "", "no such account")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_person_must_change_is_not_tried_again(error):
    assert decision(error).action is RetryAction.FAIL


def test_an_error_of_another_kind_is_left_to_the_tasks_retries():
    assert decision(OSError("disk")).action is RetryAction.DEFAULT
