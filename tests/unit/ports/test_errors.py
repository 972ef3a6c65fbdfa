"""Errors name the decision, and read as sentences."""

import subprocess
import sys

import pytest

from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError, VendorError


def test_an_error_reads_as_a_sentence_with_its_facts_and_what_is_safe_next():
    error = RetriableError("box 164 of 2024-09-06: no answer.", vendor="SGA", status=503, request_id="ab12")
    assert str(error) == (
        "SGA: box 164 of 2024-09-06: no answer (HTTP 503, request ab12). "
        "Nothing was changed there; it is safe to try again."
    )


def test_facts_that_are_not_known_are_not_mentioned():
    assert str(VendorError("it is closed", vendor="Protheus")) == "Protheus: it is closed."


@pytest.mark.parametrize("error", [RetriableError, FatalError, UncertainError, DataError])
def test_each_kind_says_what_may_be_done_next(error):
    assert str(error("m", vendor="V")).endswith(error.advice)
    assert error.advice


def test_only_an_uncertain_outcome_warns_against_sending_again():
    told = {error for error in (RetriableError, FatalError, UncertainError, DataError) if "do not send" in error.advice}
    assert told == {UncertainError}


def test_a_retriable_error_carries_how_long_to_wait_and_a_data_error_the_vendors_code():
    assert RetriableError("m", vendor="V", retry_after=30).retry_after == 30
    assert DataError("m", vendor="V", code="E17", status=400).code == "E17"


def test_importing_the_errors_imports_neither_airflow_nor_requests():
    code = "import sys, cierre.ports.errors; print({'airflow', 'requests', 'urllib3', 'pydantic'} & set(sys.modules))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "set()"
