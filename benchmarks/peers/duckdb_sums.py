"""The sums of bookings by DuckDB: each account's balance, and whether each document balances."""

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import Watch

TABLE = """
CREATE TABLE booking AS SELECT * FROM read_csv(?, header = true, columns = {
    'document': 'VARCHAR', 'account': 'VARCHAR', 'currency': 'VARCHAR', 'amount': 'DECIMAL(18, 2)'})
"""
BY_DOCUMENT = """
SELECT count(DISTINCT document), count(*) FILTER (WHERE off <> 0)
  FROM (SELECT document, sum(amount) AS off FROM booking GROUP BY document, currency)
"""


def sums(task: dict[str, Any]) -> dict[str, Any]:
    """Sums a table in memory."""
    connection = duckdb.connect()
    connection.execute(TABLE, [str(Path(task["folder"]) / "bookings.csv")])
    with Watch() as watch:
        balances = connection.execute("SELECT account, sum(amount) FROM booking GROUP BY account").fetchall()
        documents, unbalanced = connection.execute(BY_DOCUMENT).fetchone()
    if unbalanced:
        raise RuntimeError(f"{unbalanced} documents do not balance")
    return watch.result(rows=documents, cents={name: int(total * 100) for name, total in sorted(balances) if total})
