"""A step of a close asks for the ERP at several places, and goes to one."""

from cierre.accounting_files.loader import cash_box
from cierre.closing.wiring import erp_hook, one_hook_of_an_erp


def test_in_a_step_the_erp_behind_a_connection_has_one_hook():
    box, other_box = cash_box("itb_caja_164"), cash_box("itb_caja_165")
    with one_hook_of_an_erp():
        assert erp_hook(box) is erp_hook(other_box)


def test_the_next_step_makes_its_own():
    box = cash_box("itb_caja_164")
    with one_hook_of_an_erp():
        before = erp_hook(box)
    with one_hook_of_an_erp():
        assert erp_hook(box) is not before
    assert erp_hook(box) is not erp_hook(box)
