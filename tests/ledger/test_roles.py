"""The ledger's roles in PostgreSQL: what each may do, and what the database refuses them."""

import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib import import_module

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, IntegrityConstraintViolation

import cierre.ledger
from cierre.bookkeeping.address import Address
from cierre.ledger import attempts, revisions, session, takeovers
from cierre.ledger.migrate import NotTheOwner, upgrade
from cierre.ledger.privileges import FUNCTIONS, PEOPLE, SCHEMAS, TABLES, VIEWS, VIEWS_OF_PEOPLE
from cierre.ledger.roles import Roles
from cierre.ledger.statements import Statement
from cierre.reports.audit import audit
from support.books import BOX, DAY, freezer

ROLES = Roles.of()
RIGHTS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")

COLUMNS = """
SELECT concat(nspname, '.', relname) AS relation, attname AS column, relkind::text AS kind
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped AND nspname = ANY(%s)"""


@pytest.fixture(scope="module")
def columns(cluster, template) -> dict[str, dict[str, list[str]]]:
    """The columns of every table and of every view, by kind and name."""
    found: dict[str, dict[str, list[str]]] = {"table": {}, "view": {}}
    with session.connect(cluster.dsn(template)) as admin:
        for row in admin.execute(COLUMNS, ([*SCHEMAS, PEOPLE],)):
            found["view" if row.kind == "v" else "table"].setdefault(row.relation, []).append(row.column)
    return found


@pytest.fixture(scope="module")
def rights(cluster, template) -> set[tuple[str, str, str, str]]:
    """Every right on a column: role, right, relation, column."""
    asked = f"""
        SELECT role, wanted, relation, "column" FROM ({COLUMNS}) AS every
         CROSS JOIN unnest(%s::text[]) AS role CROSS JOIN unnest(%s::text[]) AS wanted
         WHERE has_column_privilege(role, relation, "column", wanted)"""
    with session.connect(cluster.dsn(template)) as admin:
        return {tuple(row) for row in admin.execute(asked, ([*SCHEMAS, PEOPLE], list(ROLES[1:]), list(RIGHTS)))}


def test_every_schema_of_the_database_has_been_decided_about(admin):
    made = admin.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'").fetchall()
    assert {row.nspname for row in made} - {"information_schema", "public"} == {*SCHEMAS, PEOPLE}


def test_every_table_and_every_column_of_the_ledger_has_been_decided_about(columns):
    assert {name: sorted(table.columns) for name, table in TABLES.items()} == {
        name: sorted(there) for name, there in columns["table"].items()
    }
    for name, table in TABLES.items():
        assert {*table.update.split(), *table.personal.split()} <= {*table.columns}, name


def test_every_view_has_been_decided_about(columns):
    assert sorted(columns["view"]) == sorted([*VIEWS, *VIEWS_OF_PEOPLE])


def test_the_application_reads_all_and_writes_the_columns_that_are_its(rights, columns):
    of_tables = {name: there for name, there in columns["table"].items()}
    seen = {(name, column) for name, there in of_tables.items() for column in there}
    seen |= {(name, column) for name in VIEWS for column in columns["view"][name]}
    for right, allowed in {
        "SELECT": seen,
        "INSERT": {(name, column) for name, table in TABLES.items() for column in table.insert.split()},
        "UPDATE": {(name, column) for name, table in TABLES.items() for column in table.update.split()},
        "REFERENCES": set(),
    }.items():
        has = {(name, column) for role, what, name, column in rights if (role, what) == (ROLES.application, right)}
        assert has == allowed, right


def test_the_reader_reads_all_but_what_is_personal_and_writes_nothing(rights, columns):
    seen = {(name, column) for name, table in TABLES.items() for column in table.readable}
    seen |= {(name, column) for name, there in columns["view"].items() for column in there}
    assert {row[1:] for row in rights if row[0] == ROLES.reader} == {("SELECT", *one) for one in seen}
    assert not seen & {("personal.row", "texts")}


def test_people_read_the_views_of_their_companies_and_nothing_else(rights, columns):
    seen = {(name, column) for name in VIEWS_OF_PEOPLE for column in columns["view"][name]}
    assert {row[1:] for row in rights if row[0] == ROLES.person} == {("SELECT", *one) for one in seen}


def test_rows_are_removed_where_the_product_removes_them_and_tables_are_never_emptied(admin, columns):
    asked = """
        SELECT role, wanted, relation FROM unnest(%s::text[]) AS relation CROSS JOIN unnest(%s::text[]) AS role
         CROSS JOIN unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS wanted
         WHERE has_table_privilege(role, relation, wanted)"""
    relations = [*columns["table"], *columns["view"]]
    assert {tuple(row) for row in admin.execute(asked, (relations, list(ROLES[1:])))} == {
        (ROLES.application, "DELETE", name) for name, table in TABLES.items() if table.delete
    }


def test_nobody_but_the_owner_makes_anything_or_calls_what_triggers_call(admin):
    schemas = """SELECT role, nspname FROM pg_namespace CROSS JOIN unnest(%s::text[]) AS role
                  WHERE nspname !~ '^pg_' AND has_schema_privilege(role, nspname, 'CREATE')"""
    assert admin.execute(schemas, (list(ROLES[1:]),)).fetchall() == []
    functions = """SELECT role, pg_proc.oid::regprocedure::text AS called FROM pg_proc
                     JOIN pg_namespace ON pg_namespace.oid = pronamespace CROSS JOIN unnest(%s::text[]) AS role
                    WHERE nspname = ANY(%s) AND has_function_privilege(role, pg_proc.oid, 'EXECUTE')"""
    called = {(row.role, row.called.replace(",", ", ")) for row in
              admin.execute(functions, (list(ROLES[1:]), [*SCHEMAS, PEOPLE]))}  # fmt: skip
    assert called == {(role, name) for role in (ROLES.application, ROLES.reader) for name in FUNCTIONS}


def test_no_role_is_a_superuser_or_makes_roles_and_databases_or_passes_row_security(admin):
    asked = """SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)
                  AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"""
    assert admin.execute(asked, (list(ROLES),)).fetchall() == []
    owners = """SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class
                  JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = ANY(%s)
                 UNION SELECT pg_get_userbyid(proowner) FROM pg_proc
                  JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE nspname = ANY(%s)"""
    schemas = [*SCHEMAS, PEOPLE]
    assert {row.owner for row in admin.execute(owners, (schemas, schemas))} == {ROLES.owner}


# --- what the product asks


def queries() -> Iterator[tuple[str, str]]:
    """Every statement of the product by its name."""
    for found in pkgutil.iter_modules(cierre.ledger.__path__, "cierre.ledger."):
        for statement in vars(getattr(import_module(found.name), "_sql", object)).values():
            if isinstance(statement, Statement):
                yield f"{found.name}.{statement.name}", statement.sql


def refused(dsn: str) -> dict[str, str]:
    """The statements that a login may not run, by name."""
    found = {}
    with session.connect(dsn) as connection:
        for name, statement in queries():
            values = dict.fromkeys(re.findall(r"%\((\w+)\)s", statement))
            try:
                connection.execute(f"EXPLAIN {statement}", values or None)
            except InsufficientPrivilege:
                found[name] = statement
    return found


def test_the_application_may_run_every_query_of_the_product(ledger_dsn):
    assert refused(ledger_dsn) == {}


def test_the_reader_may_run_every_query_but_those_that_write_or_show_personal_values(reader_dsn):
    writes = re.compile(r"^ *(?:WITH documents AS \()?(?:INSERT INTO|UPDATE|DELETE FROM|FOR UPDATE)\b", re.MULTILINE)
    values = re.compile(r"\btexts\b")
    not_the_readers = {
        name for name, statement in queries() if writes.search(statement) or values.search(statement)
    }  # fmt: skip
    assert set(refused(reader_dsn)) == not_the_readers


def test_the_audit_needs_no_more_than_the_reader(reader_dsn, freeze):
    freeze("35.30")
    with session.connect(reader_dsn) as reader:
        found = audit(reader)
    assert found.sound
    assert [chain.links for chain in found.chains] == [4]


# --- what the database refuses the application, whatever it asks


@pytest.fixture
def freeze(ledger) -> Callable[..., revisions.Revision]:
    """Freezes a day of given amounts, one entry each, of a snapshot that the box took."""
    frozen = freezer(ledger)
    ledger.execute("INSERT INTO landing.taken (box, business_date, snapshot_id) SELECT %s, %s, snapshot_id"
                   "  FROM landing.snapshot", (BOX, DAY))  # fmt: skip
    return frozen


@pytest.fixture
def attempt(ledger, freeze) -> attempts.Attempt:
    """A claim on a day's only entry."""
    (entry,) = revisions.bookings(ledger, freeze("35.30"))
    return attempts.claim(ledger, entry, worker="w", lease_seconds=60)


NEVER = (
    "UPDATE ledger.seal SET content = ''",
    "DELETE FROM ledger.seal",
    "INSERT INTO ledger.seal SELECT 'box', 1, 'books', 1, '', '', '', now()",
    "SELECT ledger.add_seal('books', 1, 'box')",
    "SELECT board.summarize_standing('box', '2024-09-06')",
    "UPDATE board.box_day SET state = 'closed'",
    "DELETE FROM ledger.entry",
    "UPDATE ledger.line SET amount = 1",
    "UPDATE landing.body SET body = ''",
    "DELETE FROM landing.snapshot",
    "UPDATE landing.claim SET attested = 0",
    "UPDATE reconciliation.run SET state = 'reconciled'",
    "DELETE FROM reconciliation.comparison",
    "DELETE FROM erp.attempt",
    "UPDATE erp.attempt SET sublot = '999'",
    "UPDATE erp.takeover SET through = '9999-12-31'",
    "DELETE FROM erp.doubt",
    "UPDATE ledger.cash_box SET lot = '000001'",
    "UPDATE ledger.installation SET ledger_id = 'x'",
    "DELETE FROM ledger.approval",
    "UPDATE ledger.approval SET reason = 'first_day'",
    "DELETE FROM vendor.call",
    "INSERT INTO people.company VALUES ('me', 'itb')",
    "TRUNCATE staging.document",
    "ALTER TABLE ledger.seal DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON ledger.seal",
    "CREATE OR REPLACE FUNCTION ledger.content_of(text, bigint) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    "CREATE TABLE ledger.more (n int)",
    "CREATE TABLE public.more (n int)",
    "SET session_replication_role = replica",
    f"SET ROLE {ROLES.owner}",
    "CREATE ROLE another",
    "COPY ledger.entry TO PROGRAM 'cat'",
)  # fmt: skip


def test_the_application_is_refused_all_of_this(ledger):
    accepted = []
    for statement in NEVER:
        try:
            ledger.execute(statement)
            accepted.append(statement)
        except InsufficientPrivilege:
            pass
    assert accepted == []


def test_an_approval_is_born_unanswered_and_answered_once(ledger, freeze):
    revision = freeze("35.30")
    born = """INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in{})
              SELECT box, business_date, revision_id, 'first_day', '"?"', 'run'{} FROM ledger.revision"""
    for column, value in (("decision", "'approved'"), ("decided_by", "'ana'"), ("decided_at", "now()")):
        with pytest.raises(InsufficientPrivilege):
            ledger.execute(born.format(f", {column}", f", {value}"))
    ledger.execute(born.format("", ""))
    answer = "UPDATE ledger.approval SET decision = %s, decided_by = %s, decided_at = now() WHERE revision_id = %s"
    ledger.execute(answer, ("rejected", "ana", revision.revision_id))
    with pytest.raises(IntegrityConstraintViolation, match="does not change"):
        ledger.execute(answer, ("approved", "luis", revision.revision_id))


def test_a_posting_is_never_made_confirmed(ledger, attempt):
    born = """INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until,
                                       state, decided_at{0})
              SELECT entry_id, tenant, entry_date, lot, '777', 'w', now(), now(), '{1}', now(){2} FROM erp.attempt"""
    with pytest.raises(InsufficientPrivilege):
        ledger.execute(born.format(", document", "confirmed", ", '000001'"))
    for state in ("confirmed", "rejected", "doomed", "withdrawn"):
        with pytest.raises(IntegrityConstraintViolation, match="cannot be made as"):
            ledger.execute(born.format("", state, ""))


@pytest.mark.parametrize(("change", "error"), [
    ("state = 'confirmed', decided_at = now()", psycopg.errors.IntegrityConstraintViolation),
    ("state = 'confirmed', decided_at = now(), outcome = to_jsonb('acknowledged'::text)",
     psycopg.errors.CheckViolation),
    ("state = 'confirmed', decided_at = now(), document = '000001'", psycopg.errors.IntegrityConstraintViolation),
    ("state = 'confirmed', decided_at = now(), document = '000001', "
     "outcome = to_jsonb('found by reading the ERP back'::text)", psycopg.errors.IntegrityConstraintViolation),
    ("document = '000001'", psycopg.errors.CheckViolation),
    ("reaped_at = now()", psycopg.errors.CheckViolation),
])  # fmt: skip
def test_a_posting_is_confirmed_only_with_what_the_erp_acknowledged(ledger, attempt, change, error):
    with pytest.raises(error):
        ledger.execute(f"UPDATE erp.attempt SET {change}")
    assert attempts.confirm(ledger, attempt, "000001")


def test_the_document_of_a_posting_is_written_once(ledger, attempt):
    attempts.confirm(ledger, attempt, "000001")
    for change in ("document = '000002'", "document = '000002', state = 'withdrawn'"):
        with pytest.raises(IntegrityConstraintViolation, match="on the record"):
            ledger.execute(f"UPDATE erp.attempt SET {change}")
    assert attempts.withdraw(ledger, attempt, "newer books replace it")


def test_the_time_at_which_an_address_was_empty_only_goes_on(ledger, attempt):
    attempts.doom(ledger, attempt, "no answer")
    attempts.note_reaped(ledger, attempt, removed=1)
    for change in ("reaped_at = NULL", "reaped_at = reaped_at - interval '1 s'", "reaps = 0", "removed = 0"):
        with pytest.raises(IntegrityConstraintViolation, match="on the record"):
            ledger.execute(f"UPDATE erp.attempt SET {change}")
    attempts.note_reaped(ledger, attempt)
    assert attempts.adopt(ledger, attempt, "000001")


def test_an_address_is_emptied_without_a_request_only_where_a_person_took_its_lot_over(ledger, freeze):
    (entry,) = revisions.bookings(ledger, freeze("35.30"))
    with pytest.raises(IntegrityConstraintViolation, match="cannot be made as doomed"):
        attempts.take_over_address(ledger, entry, site=None, takeover=1)
    takeovers.take_over(ledger, None, entry.tenant, entry.lot, by="ana", why="it is ours")
    (number,) = ledger.execute("SELECT takeover_id FROM erp.takeover").fetchone()
    made = attempts.take_over_address(ledger, entry, site=None, takeover=number)
    assert made is not None
    assert made.state == "doomed"


def test_what_is_given_up_from_the_start_names_the_document_that_was_found_there(ledger, freeze):
    (entry,) = revisions.bookings(ledger, freeze("35.30"))
    address = Address(entry.tenant, entry.entry_date, entry.lot, "001")
    with pytest.raises(IntegrityConstraintViolation, match="cannot be made as doomed"):
        attempts.give_up_found(ledger, entry, address, "", site=None)
    made = attempts.give_up_found(ledger, entry, address, "000001", site=None)
    assert made is not None
    assert (made.state, made.answered) == ("doomed", "000001")
    assert attempts.give_up_found(ledger, entry, address, "000002", site=None) is None


# --- who brings the schema up to date


def test_who_is_not_the_owner_finds_the_schema_up_to_date_and_changes_nothing(ledger_dsn, reader_dsn):
    upgrade(ledger_dsn)
    upgrade(reader_dsn)


def test_who_is_not_the_owner_is_told_who_may_make_a_step_that_is_missing(ledger_dsn, admin):
    admin.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(NotTheOwner, match=f"only {ROLES.owner} may"):
        upgrade(ledger_dsn)


# --- people with a login of their own


@pytest.fixture
def ana(cluster, ledger_name, admin, freeze) -> Iterator[psycopg.Connection]:
    """Somebody of the school itb, where two companies' boxes have a day each."""
    freeze("35.30")
    for box, company in ((BOX, "itb"), ("another", "conduce_ecuador")):
        admin.execute(
            """INSERT INTO ledger.cash_box (box, version, file, name, company, source, source_site, source_key,
                 erp_connection, erp_site, tenant, lot, currency, timezone, start_date)
               VALUES (%s, 1, 'f', 'n', %s, 'sga', 's', '1', 'p', 'e', 't', '1', 'USD', 'UTC', '2024-01-01')""",
            (box, company),
        )
        admin.execute("INSERT INTO staging.day (box, business_date, snapshot_id) SELECT %s, %s, min(snapshot_id)"
                      " FROM landing.snapshot ON CONFLICT DO NOTHING", (box, DAY))  # fmt: skip
    name = f"ana_{ledger_name}"
    admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{cluster.password(name)}' IN ROLE {ROLES.person}")
    admin.execute("INSERT INTO people.company VALUES (%s, 'itb')", (name,))
    with session.connect(cluster.dsn(ledger_name, name)) as connection:
        yield connection
    admin.execute(f"DROP ROLE {name}")


def test_a_person_sees_the_days_of_their_own_companies(ana, admin):
    assert {row.box for row in admin.execute("SELECT box FROM ledger.box_day")} == {BOX, "another"}
    assert {row.box for row in ana.execute("SELECT box FROM people.box_day")} == {BOX}
    assert {row.company for row in ana.execute("SELECT company FROM people.cash_box")} == {"itb"}
    assert {row.box for row in ana.execute("SELECT box FROM people.drill_down")} == {BOX}


def test_a_person_reaches_no_table_and_no_company_that_nobody_gave_them(ana, admin):
    for statement in (
        "SELECT * FROM ledger.box_day", "SELECT * FROM people.company", "SELECT body FROM landing.body",
        "INSERT INTO people.company VALUES (current_user, 'conduce_ecuador')", f"SET ROLE {ROLES.reader}",
    ):  # fmt: skip
        with pytest.raises(InsufficientPrivilege):
            ana.execute(statement)
    admin.execute("DELETE FROM people.company")
    assert ana.execute("SELECT * FROM people.box_day").fetchall() == []


def test_a_function_in_a_persons_query_does_not_look_behind_the_view(ana):
    # 1 / 0 would be said of a row that is not theirs, if it were looked at.
    ana.execute("SELECT * FROM people.cash_box WHERE 1 / (CASE company WHEN 'itb' THEN 1 ELSE 0 END) = 1")
