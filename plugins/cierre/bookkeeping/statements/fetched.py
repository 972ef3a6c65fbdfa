"""Where a company's statements and reports are fetched from: a folder of a server, or the attachments of mails."""

from typing import Annotated, Literal

from pydantic import Field

from cierre.bookkeeping.cash_box import ConnectionId
from cierre.bookkeeping.validation import Model, Text

Plain = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\"\\\\]+$")]
"""A text that can be written into a command as it is."""


class Fetch(Model):
    """One place. ``connection`` is Airflow's, which alone knows address and login; ``folder`` is the server's, or the
    mailbox. Files whose name fits ``names`` (``*`` and ``?``) are of ``format``. ``sender`` and ``days`` (how far back)
    choose among mails."""

    by: Literal["sftp", "mail"]
    connection: ConnectionId
    folder: Plain = "INBOX"
    names: Text = "*"
    format: Text
    sender: Annotated[str, Field(max_length=200, pattern=r"^[^\s\"\\\\]*$")] = ""
    days: Annotated[int, Field(ge=1, le=366)] = 30
