"""Who may do what in the ledger's database: of every table, column, view and function, in one place.

The owner may do everything and is used by migrations only. The application reads all, and writes what stands here. The
reader reads all but personal columns. People see the views of the schema ``people``, each their own companies.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from cierre.ledger.roles import Roles
from cierre.ledger.statements import Statements, Value, ValueOrNone


class _Sql(Statements):
    owner: Value[str]
    roles_there: Value[int]
    may_act_as: Value[bool]
    who_may_change_all: ValueOrNone[str]
    step: ValueOrNone[str]


_sql = _Sql.of("privileges")

SCHEMAS = ("landing", "personal", "staging", "ledger", "erp", "vendor", "reconciliation", "board", "served")
"""The ledger's schemas; that of people is apart."""

PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Table:
    """What the application may write, as columns separated by blanks.

    ``insert`` are the columns that it fills in a new row, ``own`` those that the database fills; together they are all
    columns of the table. ``update`` are those that it may change afterwards, ``delete`` is whether it may remove rows.
    ``personal`` are the columns that only the application reads.
    """

    insert: str = ""
    own: str = ""
    update: str = ""
    delete: bool = False
    personal: str = ""

    @property
    def columns(self) -> list[str]:
        """All columns."""
        return [*self.insert.split(), *self.own.split()]

    @property
    def readable(self) -> list[str]:
        """The columns that the reader sees."""
        return [name for name in self.columns if name not in self.personal.split()]


TABLES: Mapping[str, Table] = {
    # Kept by triggers, which run as the owner.
    "board.box_day": Table(
        own="box business_date state documents quarantined booked revision discrepancies staged_at first_closed_at"
        " watched_until currency"
    ),
    "board.box_month": Table(own="box month states booked currency currencies"),
    "board.form_day": Table(own="box business_date kind form documents net currency"),
    "board.month_evidence": Table(own="box month read_back"),
    "erp.attempt": Table(
        # Born claimed, or to be emptied with its lot or of what was found there: none has a document or a reap.
        insert="entry_id site tenant entry_date lot sublot worker claimed_at lease_until state decided_at outcome"
        " answered takes_back",
        own="attempt_id document reaped_at reaps removed verified_at deleting_since"
        " server_started signature adopted_at",
        update="state document outcome decided_at answered deleting_since reaped_at reaps removed verified_at"
        " signature adopted_at",
    ),
    "erp.capability": Table(insert="connection tenant name value evidence", own="capability_id probed_at",
                            update="value evidence probed_at"),
    "erp.doubt": Table(insert="site tenant lot entry_date sublot document attempt_id noted_at", own="doubt_id"),
    "erp.master_finding": Table(insert="connection tenant code kind subject facts", own="finding_id found_at gone_at",
                                update="gone_at"),
    "erp.master_reading": Table(insert="connection tenant kinds may_post knows_tenant hidden", own="read_at",
                                update="kinds may_post knows_tenant hidden read_at"),
    "erp.master_record": Table(insert="connection tenant kind code name facts", own="record_id seen_from seen_until",
                               update="seen_until"),
    "erp.probe_address": Table(insert="connection tenant entry_date lot sublot", own="documents taken_at emptied_at",
                               update="documents emptied_at"),
    "erp.takeover": Table(insert="site tenant lot through why decided_by decided_at", own="takeover_id"),
    "landing.body": Table(insert="sha256 answer personal_values body"),
    "landing.claim": Table(insert="snapshot_id box claim what inner_rule attested_rows landed_rows attested landed",
                           own="holds"),
    "landing.control_total": Table(insert="snapshot_id box kind form rows net"),
    "landing.invoice_seen": Table(
        insert="source connection project invoice snapshot_id number issued_on base total rate collected collected_on"
        " gone"
    ),
    "landing.invoices_kept_since": Table(own="only_one snapshot_id"),
    "landing.invoices_read": Table(insert="snapshot_id", own="read_at"),
    "landing.settlement": Table(
        insert="company format acquirer currency first_day last_day declared sha256 file taken_by",
        own="settlement_id taken_at",
        personal="file",
    ),
    "landing.settlement_line": Table(
        insert="settlement_id line sold paid gross fee vat withheld net payment reference terminal batch slip kind"
    ),
    "landing.snapshot": Table(insert="source connection source_key business_date asked received_at sha256 site",
                              own="snapshot_id landed_at"),
    "landing.statement": Table(
        insert="company format account currency first_day last_day opening closing sha256 file taken_by",
        own="statement_id taken_at",
        personal="file",
    ),
    "landing.statement_line": Table(
        insert="statement_id line booked value amount bank_id reference channel terminal"
    ),
    "landing.stopped": Table(insert="box business_date step why", own="stopped_at", update="step why stopped_at"),
    "landing.taken": Table(insert="box business_date snapshot_id key", own="taken_at"),
    # Born without an answer.
    "ledger.approval": Table(insert="box business_date revision_id reason asked asked_in",
                             own="approval_id asked_at decision decided_at decided_by ran_by signature comment",
                             update="decision decided_at decided_by ran_by signature comment"),
    "ledger.arrival_owner": Table(insert="company item owner reason noted_by", own="note_id noted_at"),
    "ledger.audit": Table(insert="read_at links broken wrong", own="audit_id"),
    "ledger.cash_box": Table(
        insert="box version file name company source source_site source_key erp_connection erp_site tenant lot"
        " currency timezone start_date",
        own="seen_at",
    ),
    "ledger.digest": Table(insert="company business_date asked_in", own="asked_at begun_at told_at waits_until",
                           update="asked_in asked_at begun_at told_at waits_until"),
    "ledger.earlier_box": Table(own="box source connection key first_day last_day"),
    "ledger.entry": Table(
        insert="entry_key revision_id box business_date part reverses tenant lot entry_date currency total digest"
        " site",
        own="entry_id written_in",
    ),
    "ledger.installation": Table(own="only_one ledger_id made_at"),
    "ledger.late_change": Table(insert="box business_date snapshot_id what", own="change_id noted_at"),
    "ledger.line": Table(
        insert="entry_id line side account cost_centre item value_class entities amount history foreign_currency"
        " foreign_amount"
    ),
    "ledger.line_documents": Table(
        insert="entry_id line part kind form component turned document_keys amounts foreign_amounts places", own="side"
    ),
    # Of older entries: nothing is added.
    "ledger.line_source": Table(
        own="entry_id line document_key kind form component amount place foreign_amount turned"
    ),
    "ledger.look": Table(insert="box business_date compared_to snapshot_id size outcome", own="look_id looked_at"),
    "ledger.look_change": Table(
        insert="look_id change code document_key kind form reference currency before after size fields since"
    ),
    "ledger.match": Table(insert="company why late decided_by comment", own="match_id decided_at"),
    "ledger.match_arrived": Table(insert="match_id statement_id line"),
    "ledger.match_booked": Table(insert="match_id box business_date currency form gross net"),
    "ledger.match_undone": Table(insert="match_id undone_by reason", own="undone_at"),
    "ledger.mapping_decision": Table(insert="proposal_id decision decided_by four_eyes comment", own="decided_at"),
    "ledger.mapping_proposal": Table(insert="mapping file_sha256 changes question what_if proposed_by",
                                     own="proposal_id proposed_at"),
    "ledger.mapping_write": Table(insert="proposal_id how file_sha256 mapping_digest commit", own="written_at"),
    "ledger.news": Table(insert="kind subject company", own="settled_at", update="settled_at"),
    "ledger.revision": Table(
        insert="box business_date revision snapshot_id mapping mapping_digest digest to_site to_tenant to_lot redates"
        " open_from",
        own="revision_id frozen_at",
    ),
    "ledger.revocation": Table(insert="sign_off_id revoked_by reason", own="revoked_at"),
    "ledger.sandbox_site": Table(insert="site", own="noted_at", delete=True),
    # Written by triggers, which run as the owner.
    "ledger.seal": Table(own="box seal what subject content previous hash sealed_at late"),
    "ledger.sign_off": Table(insert="company month signed_by ran_by checklist comment", own="sign_off_id signed_at"),
    "ledger.signed_day": Table(insert="sign_off_id box business_date state revision booked currency"),
    "ledger.signed_head": Table(insert="sign_off_id box links hash"),
    "ledger.tie_out": Table(insert="site tenant month state read_at", own="tie_out_id"),
    "ledger.tie_out_account": Table(insert="tie_out_id account currency posted erp other_lots"),
    "ledger.tie_out_finding": Table(
        insert="tie_out_id finding code entry_date lot sublot document account currency posted erp since"
    ),
    "ledger.told": Table(insert="box business_date what", own="told_at"),
    "ledger.waiting": Table(
        insert="box business_date step company name connection vendor again_at until", own="since told_at",
        update="company name connection vendor again_at until since told_at", delete=True,
    ),
    # Written by whoever administers the database.
    "people.company": Table(own="person company"),
    # By the migration alone.
    "personal.conversion": Table(own="conversion_id sha256 body_was body_became personal_values converted_at"),
    "personal.erasure": Table(insert="erased_by asked_by why answers rows values", own="erasure_id erased_at"),
    "personal.row": Table(insert="sha256 number size texts", own="erasure_id held", update="texts erasure_id",
                          personal="texts"),
    "reconciliation.comparison": Table(
        insert="run_id comparison kind form left right left_rows right_rows left_net right_net",
        own="difference agrees",
    ),
    "reconciliation.line_difference": Table(
        insert="run_id difference code entry_id tenant entry_date lot sublot document line side account amount"
        " booked_line booked_side booked_account booked_amount booked_currency balance_type currency size"
    ),
    "reconciliation.plan_line": Table(insert="run_id project item planned issued collected invoices",
                                      own="outstanding"),
    "reconciliation.plan_objection": Table(insert="run_id objection sentence"),
    "reconciliation.run": Table(insert="box business_date revision_id state signature", own="run_id reconciled_at"),
    "served.day": Table(insert="company box business_date staged_at rules", delete=True),
    "served.invoice": Table(
        insert="company id number issued_on project year sgi_project planned entity concept vat_rate base total"
        " collected collected_on",
        delete=True,
    ),
    "served.key": Table(insert="company client sha256 made_by", own="key_id made_at"),
    "served.key_revoked": Table(insert="key_id revoked_by", own="revoked_at"),
    "served.part": Table(
        insert="company box business_date document_key invoice number issued_on project year sgi_project planned"
        " entity concept vat_rate base total collected collected_on"
    ),
    "staging.day": Table(insert="box business_date snapshot_id", own="staged_at", update="snapshot_id staged_at"),
    "staging.document": Table(
        insert="box business_date document_key kind form currency net amounts attributes place reference",
        delete=True,
    ),
    "staging.problem": Table(
        insert="box business_date problem mapping kind posting attributes documents amount currency examples message"
        " fix mapping_table",
        own="found_at", delete=True,
    ),
    "staging.quarantined": Table(
        insert="box business_date place kind form reason message net currency row blocking", delete=True
    ),
    "vendor.call": Table(
        insert="service company connection method subject allowance vendor_day claimed_at claimed_by override_by",
        own="call_id outcome decided_at snapshot_id",
        update="outcome decided_at snapshot_id",
    ),
    "vendor.request_slot": Table(insert="connection slot", own="free_at paused_until", update="free_at paused_until"),
}  # fmt: skip

VIEWS = (
    "erp.uncertain", "landing.certificate", "ledger.box_day", "ledger.cash_box_now", "ledger.chain",
    "ledger.drill_down", "ledger.entry_now", "ledger.match_now", "ledger.sign_off_now", "ledger.tie_out_now",
)  # fmt: skip
"""What the application and the reader see of several tables."""

VIEWS_OF_PEOPLE = (
    "people.approval", "people.box_day", "people.cash_box", "people.certificate", "people.chain", "people.comparison",
    "people.drill_down", "people.uncertain",
)  # fmt: skip

FUNCTIONS = (
    "erp.clock()", "erp.may_hold(erp.attempt)", "erp.server_started()", "erp.watched_until(erp.attempt)",
    "ledger.documents_behind(bigint, integer)", "ledger.in_english(jsonb)", "ledger.late_changes(text, date)",
    "ledger.newest_look(text, date)", "ledger.stands(ledger.entry)",
)  # fmt: skip
"""What queries call. All others are called by triggers, or by nobody but the owner."""


def statements(roles: Roles) -> Iterator[sql.Composed]:
    """The statements that give everybody what is theirs, and take away what else they had; for the owner to run."""
    who = {name: sql.Identifier(role) for name, role in roles._asdict().items()}
    others = sql.SQL("PUBLIC, {application}, {reader}, {person}").format(**who)
    for schema in map(sql.Identifier, (*SCHEMAS, PEOPLE)):
        for kind in map(sql.SQL, ("TABLES", "SEQUENCES", "ROUTINES")):
            yield sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA {} FROM {}").format(kind, schema, others)
        yield sql.SQL("REVOKE ALL ON SCHEMA {} FROM {}").format(schema, others)
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {application}, {reader}").format(schema, **who)
    # Which steps were made: whoever is not the owner may see that nothing is missing.
    yield sql.SQL("GRANT SELECT ON public.alembic_version TO {application}, {reader}").format(**who)
    for name, table in TABLES.items():
        yield from _of_table(_qualified(name), table, who)
    for view in map(_qualified, VIEWS):
        yield sql.SQL("GRANT SELECT ON {} TO {application}, {reader}").format(view, **who)
    for function in map(sql.SQL, FUNCTIONS):
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {application}, {reader}").format(function, **who)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {person}").format(sql.Identifier(PEOPLE), **who)
    for view in map(_qualified, VIEWS_OF_PEOPLE):
        yield sql.SQL("GRANT SELECT ON {} TO {reader}, {person}").format(view, **who)


def _of_table(name: sql.Identifier, table: Table, who: Mapping[str, sql.Identifier]) -> Iterator[sql.Composed]:
    yield sql.SQL("GRANT SELECT ON {} TO {application}").format(name, **who)
    if table.personal:
        yield sql.SQL("GRANT SELECT ({}) ON {} TO {reader}").format(_listed(table.readable), name, **who)
    else:
        yield sql.SQL("GRANT SELECT ON {} TO {reader}").format(name, **who)
    for right, columns in (("INSERT", table.insert), ("UPDATE", table.update)):
        if columns:
            yield sql.SQL("GRANT {} ({}) ON {} TO {application}").format(
                sql.SQL(right), _listed(columns.split()), name, **who
            )
    if table.delete:
        yield sql.SQL("GRANT DELETE ON {} TO {application}").format(name, **who)


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _qualified(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def roles_of(connection: psycopg.Connection) -> Roles | None:
    """The roles of the ledger that is connected to, by the owner of its database; None where one login does all."""
    owner = _sql.owner(connection)
    roles = Roles.of(owner.removesuffix("_owner"))
    return roles if roles.owner == owner and _sql.roles_there(connection, names=list(roles)) == len(roles) else None


def become_owner(connection: psycopg.Connection, roles: Roles) -> bool:
    """From here on the session acts as the owner, so that all it makes is the owner's; False where it may not."""
    if may := _sql.may_act_as(connection, role=roles.owner):
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(roles.owner)))
    return may


def grant(connection: psycopg.Connection, roles: Roles) -> None:
    """Gives the roles what is theirs, in one transaction of the owner's. Raises psycopg.Error."""
    with connection.transaction():
        for statement in statements(roles):
            connection.execute(statement)


def step(connection: psycopg.Connection) -> str | None:
    """The last step that was made of the ledger's schema; None where none was, or none that this login may know of."""
    try:
        with connection.transaction():
            return _sql.step(connection)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        return None


def who_may_change_all(connection: psycopg.Connection) -> str | None:
    """The name of the session's login where it owns the ledger, as in an installation with one login; else None."""
    return _sql.who_may_change_all(connection)
