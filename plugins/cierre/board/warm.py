"""The board's first page, made before anybody asks for it: then files are read, pages imported and compiled, statements
known to both databases, and the grid of all boxes drawn."""

import logging
from functools import cached_property
from typing import cast

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.utils.session import create_session

import cierre.board.app  # noqa: F401  (with all that the pages import)
from cierre.board.access import Viewer
from cierre.board.board_page import month_page
from cierre.board.boxes import all_boxes
from cierre.board.connection import ledger
from cierre.board.pages import Page, compile_templates
from cierre.bookkeeping.cash_box import CashBox
from cierre.language.language import CODES
from cierre.language.regional import speaking
from cierre.language.say import say

log = logging.getLogger(__name__)


class _Nobody(Viewer):
    """Looks at all boxes for nobody: no person reads what is made."""

    @cached_property
    def boxes(self) -> dict[str, CashBox]:
        """All that there are."""
        return all_boxes()


def warm() -> None:
    """Makes the page in each language, in the process that serves it. What goes wrong is for the page itself to tell:
    it does the same again."""
    try:
        compile_templates()
        for connection in ledger():
            for code in CODES:
                with create_session(scoped=False) as session:
                    viewer, page = _Nobody(cast(BaseUser, None), session), Page(speaking(code), "", "", "/", True)
                    month_page(viewer, page, session, connection, month="", company="", source="", state="", q="")
    except Exception as error:
        told = "The board was not prepared ({kind}): its first page takes longer."
        log.warning(say(told, kind=type(error).__name__))
