"""Staging by pandas to_sql."""

import hashlib
from typing import Any

import pandas
import psycopg2
import sqlalchemy

from benchmarks.measure import Watch, cents_of
from benchmarks.peers.records import BOX, DAY, answer, records


def stage(task: dict[str, Any]) -> dict[str, Any]:
    """Deletes the day and appends a data frame."""
    engine = sqlalchemy.create_engine("postgresql+psycopg2://", creator=lambda: psycopg2.connect(task["dsn"]))
    frame, body = pandas.DataFrame(records(task)), answer(task)
    with engine.begin() as connection:
        connection.execute(
            sqlalchemy.text(
                "CREATE TABLE IF NOT EXISTS bare_document (LIKE staging.document INCLUDING ALL, sha256 text NOT NULL)"
            )
        )
    with Watch() as watch, engine.begin() as connection:
        frame["sha256"] = hashlib.sha256(body).hexdigest()
        connection.execute(
            sqlalchemy.text("DELETE FROM bare_document WHERE box = :box AND business_date = :day"),
            {"box": BOX, "day": DAY},
        )
        frame.to_sql("bare_document", connection, if_exists="append", index=False, method="multi", chunksize=1000)
    with engine.begin() as connection:
        rows, total = connection.execute(sqlalchemy.text("SELECT count(*), sum(net) FROM bare_document")).one()
    return watch.result(rows=rows, cents=cents_of(total))
