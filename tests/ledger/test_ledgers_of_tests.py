"""The ledgers that tests are given: empty, whatever the test before did with the database."""

from datetime import date

import psycopg
import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.ledger import session
from cierre.ledger.roles import Roles
from support import closed_day
from support.ledgers import Ledgers, filled

BOX, DAY = cash_boxes()["itb_caja_164"], date(2024, 9, 6)
NUMBERS = "SELECT sum(last_value) FROM pg_sequences WHERE last_value IS NOT NULL"


@pytest.fixture
def ledgers(cluster, template):
    own = Ledgers(cluster, template, "ledger_of_a_test_of_them")
    yield own
    own.drop_all()


def rows(ledgers, name: str) -> dict[str, int]:
    with session.connect(ledgers.cluster.dsn(name)) as admin:
        return {table: admin.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in filled(admin)}


def test_one_that_was_written_to_comes_back_as_it_was_new_and_ends_whoever_was_connected(ledgers):
    name = ledgers.take()
    new = rows(ledgers, name)
    with session.connect(ledgers.cluster.dsn(name, Roles.of().application)) as written:
        closed_day.close(written, BOX, DAY, ("20.00", "1"))
        assert len(rows(ledgers, name)) > len(new) + 5
        with session.connect(ledgers.cluster.dsn(name)) as admin:
            admin.execute("UPDATE alembic_version SET version_num = '0001'")
        ledgers.give_back(name)
        assert not is_alive(written)
    assert ledgers.take() == name
    assert rows(ledgers, name) == new
    with session.connect(ledgers.cluster.dsn(name)) as admin:
        assert admin.execute(NUMBERS).fetchone() == (None,)
        assert admin.execute("SELECT version_num FROM alembic_version").fetchone() != ("0001",)
    ledgers.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE ledger.entry ADD COLUMN other text",
        "DROP TRIGGER",
        "GRANT UPDATE ON ledger.entry TO public",
        "GRANT UPDATE (total) ON ledger.entry TO public",
        "CREATE FUNCTION ledger.other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE ledger.entry DISABLE TRIGGER ALL",
    ],
)
def test_one_whose_definitions_were_changed_is_not_given_out_again(ledgers, change):
    name = ledgers.take()
    with session.connect(ledgers.cluster.dsn(name)) as admin:
        if change.startswith("DROP TRIGGER"):
            ((table, trigger),) = admin.execute(
                "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY oid LIMIT 1"
            )
            change = f"DROP TRIGGER {trigger} ON {table}"
        admin.execute(change)
    ledgers.give_back(name)
    other = ledgers.take()
    assert other != name
    ledgers.give_back(other)


def is_alive(connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
