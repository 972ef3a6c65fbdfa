"""What the lines of a document carry in the ERP: the entry's key, and the id of the ledger that posted it."""

from datetime import date
from typing import NamedTuple


class Key(NamedTuple):
    """``itb_caja_164|20240906|2|1@a1b2c3d4e5f6``. ``ledger`` is empty for one that says nothing of a ledger."""

    entry: str
    ledger: str

    def is_of_day(self, box: str, day: date) -> bool:
        """Whether it names an entry of that day of that box."""
        return self.entry.startswith(f"{box}|{day:%Y%m%d}|")


def sent_key(entry_key: str, ledger_id: str) -> str:
    """The key as it goes to the ERP; the entry's own where the ledger has no id."""
    return f"{entry_key}@{ledger_id}" if ledger_id else entry_key


def read_key(text: str) -> Key:
    """A key as it stands in the ERP. Whatever else a line may carry is the key of an entry that nobody knows."""
    entry, _, ledger = text.partition("@")
    return Key(entry, ledger)
