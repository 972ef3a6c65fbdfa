"""The one policy for warnings (pyproject.toml)."""

import warnings

import pytest


@pytest.mark.parametrize("module", ["cierre.bookkeeping.money", "hooks", "local.stack"])
def test_a_warning_that_our_code_causes_is_an_error(module):
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("old", DeprecationWarning, "x.py", 1, module=module)


def test_a_warning_among_libraries_is_only_shown():
    with warnings.catch_warnings(record=True) as shown:
        warnings.warn_explicit("old", DeprecationWarning, "x.py", 1, module="cierrelike.money")
    assert [str(one.message) for one in shown] == ["old"]
