"""A backup of what the ledger knows of one box, and its restoring, as a database's own would do it to all of them."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Backup:
    """The rows that there were, by their ids, and what each attempt said."""

    box: str
    ids: dict[str, list[int]]
    attempts: list[Any]

    @classmethod
    def of(cls, line: psycopg.Connection, box: str) -> "Backup":
        """What is known of a box now."""
        ids = {
            "ledger.revision": _ids(line, "SELECT revision_id AS id FROM ledger.revision WHERE box = %s", box),
            "ledger.entry": _ids(line, "SELECT entry_id AS id FROM ledger.entry WHERE box = %s", box),
        }
        asked = "SELECT attempt.* FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE box = %s"
        return cls(box, ids, line.execute(asked, (box,)).fetchall())

    def restore(self, line: psycopg.Connection) -> None:
        """Makes it so again; nothing of what came later is left."""
        with line.transaction():
            line.execute("SET LOCAL session_replication_role = replica")  # past all that guards the books
            kept = {"box": self.box, "attempts": [one.attempt_id for one in self.attempts],
                    "entries": self.ids["ledger.entry"], "revisions": self.ids["ledger.revision"]}  # fmt: skip
            for statement in LOST:
                line.execute(statement, kept)
            for attempt in self.attempts:
                columns = [name for name in attempt._fields if name != "attempt_id"]
                line.execute(
                    f"UPDATE erp.attempt SET ({', '.join(columns)}) = ROW ({', '.join(['%s'] * len(columns))})"
                    " WHERE attempt_id = %s",
                    (*(_value(attempt, name) for name in columns), attempt.attempt_id),
                )


LOST = (
    """DELETE FROM erp.doubt WHERE attempt_id IN (SELECT attempt_id FROM erp.attempt JOIN ledger.entry USING (entry_id)
        WHERE box = %(box)s AND attempt_id <> ALL (%(attempts)s))""",
    """DELETE FROM erp.attempt USING ledger.entry WHERE entry.entry_id = attempt.entry_id AND box = %(box)s
        AND attempt_id <> ALL (%(attempts)s)""",
    """DELETE FROM ledger.line USING ledger.entry WHERE entry.entry_id = line.entry_id AND box = %(box)s
        AND entry.entry_id <> ALL (%(entries)s)""",
    "DELETE FROM ledger.entry WHERE box = %(box)s AND entry_id <> ALL (%(entries)s)",
    "DELETE FROM ledger.revision WHERE box = %(box)s AND revision_id <> ALL (%(revisions)s)",
    "DELETE FROM ledger.seal WHERE box = %(box)s",
)


def _value(attempt: Any, name: str) -> Any:
    value = getattr(attempt, name)
    return Jsonb(value) if name == "outcome" and value is not None else value


def _ids(line: psycopg.Connection, asked: str, box: str) -> list[int]:
    return [row.id for row in line.execute(asked, (box,)).fetchall()]
