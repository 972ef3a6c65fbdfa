"""The labelled steps of a close at which its task is killed, and what must have become of the attempts afterwards."""

from dataclasses import dataclass
from typing import Literal

from e2e.holds import BoxDay, Place, answer_of_the_source, erp, lock

Victims = Literal["task", "task and supervisor", "supervisor", "zombie"]


@dataclass(frozen=True)
class KillPoint:
    """Where and how a task is killed.

    ``holds`` lead there: the task is killed before the last one, each other is let go once the next one is in place.
    A ``zombie`` is not killed: task and supervisor are stopped until the day was closed by another try, and then wake.
    ``closed`` days were closed before; ``changed`` ones also changed at the source since. ``severed``: the database
    session dies with the task, as with its machine; otherwise the server still carries out the statement that the
    task had sent. ``fault`` is another trouble of the ERP on the way there. ``released``: when a held call goes on.
    ``lease``: of the claim that is left. ``always``: not only in the full set.
    """

    label: str
    holds: tuple[Place, ...]
    attempts: tuple[str, ...] = ("confirmed",)
    closed: bool = False
    changed: bool = False
    severed: bool = False
    killed: Victims = "task"
    fault: tuple[str, str] | None = None
    released: Literal["at once", "after the close"] = "at once"
    correction: Literal["reversal", "delete"] = "reversal"
    lease: Literal["passed over", "waited out"] = "passed over"
    always: bool = False

    @property
    def leaves_a_claim(self) -> bool:
        """Whether the next try finds an attempt claimed; where the ERP had a fault, it was given up before the kill."""
        return "doomed" in self.attempts and not self.fault


def _new_document(it: BoxDay) -> str:
    """The key of a document that the source's answer has and staging has not."""
    staged = it.ledger.execute(
        "SELECT document_key FROM staging.document WHERE box = %s AND business_date = %s", (it.box.id, it.day)
    )
    return min(it.document_keys() - {key for (key,) in staged})


def _entry(key: str) -> Place:
    """The ledger's place for an entry, by its key."""
    return lock(
        "INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date, currency,"
        " total, digest) VALUES (%(key)s, 0, %(box)s, %(day)s, pg_backend_pid(), '', '', %(day)s, 'USD', 1, '')",
        key=lambda it: f"{it.box.id}|{it.day:%Y%m%d}|{key}",
    )


def _revision(number: int) -> Place:
    return lock(
        "INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)"
        " VALUES (%(box)s, %(day)s, %(number)s, 0, '', '', '')",
        number=number,
    )


def _sublots_from(first: int) -> Place:
    """The day's unused addresses in the ERP."""
    return lock(
        "INSERT INTO erp.attempt (entry_id, site, tenant, entry_date, lot, sublot, state, worker, claimed_at,"
        " lease_until, decided_at) SELECT 0, %(site)s, %(tenant)s, %(day)s, %(lot)s, lpad(number::text, 3, '0'),"
        " 'doomed', '', now(), now(), now() FROM generate_series(%(first)s::int, 9) AS number",
        site=lambda it: f"{it.sandbox.url}/protheus",
        tenant=lambda it: it.box.erp.tenant,
        lot=lambda it: it.box.erp.lot,
        first=first,
    )


_BODY = lock(
    "INSERT INTO landing.body (sha256, body) VALUES (encode(sha256(convert_to(%(text)s, 'UTF8')), 'hex'), '')",
    text=BoxDay.answer,
)
_TOTALS = lock("LOCK TABLE landing.control_total IN SHARE MODE")
_STAGED_DAY = lock("SELECT FROM staging.day WHERE box = %(box)s AND business_date = %(day)s FOR UPDATE")
_STAGED_DOCUMENT = lock(
    "INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes,"
    " place, reference) VALUES (%(box)s, %(day)s, %(key)s, '', '', 'USD', 0, '{}', '{}', '', '')",
    key=_new_document,
)
_ATTEMPT = lock(
    "SELECT FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE box = %(box)s AND business_date = %(day)s"
    " AND state IN ('claimed', 'doomed') FOR UPDATE OF attempt"
)
_REVISION_ROW = lock("SELECT FROM ledger.revision WHERE box = %(box)s AND business_date = %(day)s FOR UPDATE")

_AGAIN = ("doomed", "confirmed")
_CORRECTED = ("confirmed", "confirmed", "confirmed")
_LOST = ("drop_after", "insert")

POINTS = (
    KillPoint("land: the source was asked and has not answered", (answer_of_the_source(),)),
    KillPoint("land: the answer is there, nothing of it is kept", (_BODY,)),
    KillPoint("land: the snapshot is written, its control totals are not", (_TOTALS,), always=True),
    KillPoint("stage: before the day's rows are replaced", (_STAGED_DAY,), closed=True),
    KillPoint(
        "stage: the old rows are gone, the new ones not there (DELETE, COPY)",
        (_STAGED_DOCUMENT,),
        _CORRECTED,
        closed=True,
        changed=True,
        always=True,
    ),
    KillPoint("derive: before the revision is frozen", (_revision(1),)),
    KillPoint("derive: the revision is written, its entry is not", (_entry("1|1"),), always=True),
    KillPoint("post: before the address is claimed", (_sublots_from(1),), severed=True),
    KillPoint("post: the address is claimed, nothing is sent", (_sublots_from(1),), _AGAIN, always=True),
    KillPoint("post: sent, executed only after the kill", (erp("insert"),), _AGAIN, lease="waited out"),
    KillPoint(
        "post: sent, executed only after the day was closed again",
        (erp("insert"),),
        _AGAIN,
        released="after the close",
    ),
    KillPoint("post: executed, the answer is on its way", (erp("insert", executes=True),), _AGAIN, always=True),
    KillPoint("post: acknowledged, not yet confirmed", (erp("insert"), _ATTEMPT), _AGAIN, severed=True, always=True),
    KillPoint("post: acknowledged, the confirmation is with PostgreSQL", (erp("insert"), _ATTEMPT)),
    KillPoint("post: sent; the task and its supervisor", (erp("insert"),), _AGAIN, killed="task and supervisor"),
    # The task lives on until it writes its next line of log, which nobody reads any more.
    KillPoint("post: sent; its supervisor alone", (erp("insert"),), _AGAIN, killed="supervisor"),
    KillPoint("post: claimed, nothing is sent", (_sublots_from(1),), _AGAIN, killed="zombie", severed=True),
    KillPoint(
        "post: executed, not yet confirmed", (erp("insert", executes=True),), _AGAIN, killed="zombie", severed=True
    ),
    KillPoint("reap: the delete is sent, executed after the kill", (erp("delete"),), _AGAIN, fault=_LOST),
    KillPoint(
        "reap: deleted, not yet noted", (erp("delete"), _ATTEMPT), _AGAIN, severed=True, fault=_LOST, always=True
    ),
    KillPoint(
        "correct: the replacement is sent, executed after the kill",
        (erp("insert"),),
        ("confirmed", "doomed", "confirmed", "confirmed"),
        closed=True,
        changed=True,
    ),
    KillPoint("correct: the reversal is being written", (_entry("1|1|R"),), _CORRECTED, closed=True, changed=True),
    KillPoint(
        "correct: replaced, the reversal is not claimed",
        (_sublots_from(3),),
        _CORRECTED,
        closed=True,
        changed=True,
        severed=True,
    ),
    KillPoint(
        "correct: the reversal is sent, executed after the kill",
        (erp("reversal"),),
        ("confirmed", "confirmed", "doomed", "confirmed"),
        closed=True,
        changed=True,
    ),
    KillPoint(
        "correct: reversed, the answer is on its way",
        (erp("reversal", executes=True),),
        ("confirmed", "confirmed", "doomed", "confirmed"),
        closed=True,
        changed=True,
        always=True,
    ),
    KillPoint(
        "correct by delete: sent, executed after the kill",
        (erp("delete"),),
        ("withdrawn", "confirmed"),
        closed=True,
        changed=True,
        correction="delete",
    ),
    KillPoint(
        "correct by delete: deleted, the answer is on its way",
        (erp("delete", executes=True),),
        ("withdrawn", "confirmed"),
        closed=True,
        changed=True,
        correction="delete",
        always=True,
    ),
    KillPoint("reconcile: compared, nothing of it is kept", (_REVISION_ROW,), closed=True, always=True),
)
