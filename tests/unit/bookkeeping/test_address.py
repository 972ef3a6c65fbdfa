from datetime import date

import pytest

from cierre.bookkeeping.address import Address

ADDRESS = Address("T1,D MG 01 ", date(2024, 9, 6), "008964", "001")


@pytest.mark.parametrize(
    ("tenant", "same"),
    [("T1,D MG 01", True), (" T1 , D MG 01  ", True), ("T1,D MG 02", False), ("T2,D MG 01", False), ("T1", False)],
)
def test_a_tenant_is_the_same_whatever_blanks_are_around_its_parts(tenant, same):
    assert ADDRESS.is_of(tenant) is same
