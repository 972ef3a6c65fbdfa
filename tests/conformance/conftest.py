"""The suites are no test files themselves: their assertions are to be told as those of tests are."""

import pytest

pytest.register_assert_rewrite("conformance.sources", "conformance.stand_ins")
