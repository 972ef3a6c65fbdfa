"""The board knows every box that the close knows."""

import pytest

from cierre.accounting_files.loader import cash_box
from cierre.board.boxes import all_boxes
from support.mapping_files import folder, spoil

__all__ = ["folder", "spoil"]


@pytest.mark.parametrize("kind", ["  kind: protheus\n", ""])
def test_a_box_is_on_the_board_as_it_is_closed_whether_or_not_it_names_the_kind_of_its_erp(folder, spoil, kind):
    spoil("cash_boxes/itb_caja_164.yaml", "  kind: protheus\n", kind)
    assert all_boxes()["itb_caja_164"] == cash_box("itb_caja_164")
