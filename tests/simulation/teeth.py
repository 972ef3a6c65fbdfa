"""Planted bugs: each must be caught by the simulator, or the simulator proves nothing.

Each is planted from outside, by a patch of the product's code or of its SQL. Some also take away the guards that the
database has of its own (constraints, triggers), to show that what remains is caught without them.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.keys import Key
from cierre.ledger import attempts, revisions
from cierre.ports.erp import Erp
from cierre.ports.errors import RetriableError, UncertainError
from cierre.posting import look, proof, protocol, reap, sweep
from cierre.posting.protocol import Poster
from cierre.posting.site import Site
from hooks.protheus.numbering import NUMBERING, Numbering
from simulation.campaign import play
from simulation.database import Server
from simulation.day import Day
from simulation.network import Hook

FIRST_DOCUMENT = NUMBERING.documents[0]

Plant = Callable[[], AbstractContextManager]

NO_UNIQUE_ADDRESS = "DROP INDEX erp.an_address_is_used_once"
NO_ONE_LIVE_ATTEMPT = "DROP INDEX erp.one_live_attempt_an_entry, erp.one_live_reversal_an_entry"
NO_FORWARD_ONLY = "DROP TRIGGER forward ON erp.attempt"
NO_CHECKS = (
    "ALTER TABLE erp.attempt DROP CONSTRAINT attempt_check, DROP CONSTRAINT attempt_reaped_check,"
    " DROP CONSTRAINT attempt_document_check"
)


@dataclass(frozen=True)
class Tooth:
    """A planted bug: what it is, how it is planted, the database's guards that are taken away with it, and, where
    few days show it, ``only`` which to play, the ``first`` seed to begin with, and the only ``faults`` that strike, so
    that what shows it is not lost among others. ``shown_by`` is a seed that showed it
    when all were last looked for: where that is enough to know that it is caught, the others need not be played."""

    bug: str
    plant: Plant
    without: tuple[str, ...] = ()
    only: Callable[[Day], bool] = lambda day: True
    first: int = 1
    faults: tuple[str, ...] = ()
    shown_by: int = 1


@dataclass(frozen=True)
class Caught:
    """The first seed that a bug broke, how many were played until then, and the invariant that it broke."""

    seed: int
    played: int
    invariant: str
    how: str


def bite(tooth: Tooth, server: Server, seeds: Iterable[int]) -> Caught | None:
    """Plays seeds with the bug until one breaks that holds without it; None if none does."""
    playing = {"changes": tooth.without, "only": tooth.only, "faults": tooth.faults}
    played, remaining = 0, iter(seeds)
    while True:
        with tooth.plant():
            for outcome in play(server, remaining, **playing):
                played += 1
                if outcome.broken:
                    break
            else:
                return None
        if not any(alone.broken for alone in play(server, [outcome.seed], **playing)):
            return Caught(outcome.seed, played, *outcome.broken[0])


def _method(owner: object, name: str, bug: Callable) -> Plant:
    return lambda: patch.object(owner, name, bug)


def _all(*plants: Plant) -> Plant:
    @contextmanager
    def planted():
        with ExitStack() as stack:
            for plant in plants:
                stack.enter_context(plant())
            yield

    return planted


def _sql(room: str, *changes: tuple[str, str]) -> Plant:
    """Patches the named SQL of a room. A text that is not there would plant nothing: LookupError."""
    module = {"attempts": attempts, "revisions": revisions}[room]

    def planted():
        text = (Path(revisions.__file__).parent / "sql" / f"{room}.sql").read_text(encoding="utf-8")
        for old, new in changes:
            if old not in text:
                raise LookupError(f"{room}.sql no longer says {old!r}: plant this bug anew")
            text = text.replace(old, new)
        return patch.object(module, "_sql", type(module._sql)(text))

    return planted


def _reap(bug: Callable, *, swept: bool = False) -> Plant:
    """Another reap, wherever posting reaps; and where the sweep does, if wanted."""
    return _all(*(_method(room, "reap", bug) for room in (protocol, look, *([sweep] if swept else []))))


def _only_noted(connection: psycopg.Connection, erp: object, attempt: attempts.Attempt, *site: object) -> int:
    attempts.note_reaped(connection, attempt)
    return 0


def _left_unseen(
    connection: psycopg.Connection, erp: Erp, attempt: attempts.Attempt, *site: Site, real: Callable = reap.reap
) -> int | None:
    try:
        return real(connection, erp, attempt, *site)
    except proof.NotOursError:
        entry = revisions.entry_of(connection, attempt.entry_id)
        if revisions.current(connection, entry.box, entry.business_date).lot == attempt.address.lot:
            raise
        return _only_noted(connection, erp, attempt)


def _whatever_its_state(
    connection: psycopg.Connection, erp: object, attempt: attempts.Attempt, *site: object
) -> int | None:
    return reap.reap(connection, erp, replace(attempt, state="doomed"), *site)


LEASE = attempts.lease


def _by_any_clock(*about):
    return replace(LEASE(*about), whole_if_unknown=None)


def _gives_up_too_easily(connection, erp, attempt, *site):
    try:
        return reap.reap(connection, erp, attempt, *site)
    except UncertainError:
        return _only_noted(connection, erp, attempt)


def _rejected_are_not_reaped() -> Plant:
    rejected = set()
    reject, real = attempts.reject, reap.reap

    def noted(connection, attempt, outcome):
        rejected.add(attempt.attempt_id)
        return reject(connection, attempt, outcome)

    def reaped(connection, erp, attempt, *site):
        return (_only_noted if attempt.attempt_id in rejected else real)(connection, erp, attempt, *site)

    return _all(_method(attempts, "reject", noted), _reap(reaped))


def _believe(*, tenant: bool = True, number: bool = True, empty: bool = False) -> Plant:
    """The check of an answer, with a part left out."""
    check = protocol.doubt_about

    def doubt(answer, address, numbering):
        document = answer.document if number and not (empty and not answer.document) else FIRST_DOCUMENT
        where = {} if tenant else {"tenant": address.tenant}
        return check(replace(answer, document=document, **where), address, numbering)

    return _method(protocol, "doubt_about", doubt)


def _no_reap_before_the_next(self: Poster, entry: revisions.FrozenEntry) -> list:
    for attempt in attempts.of_entry(self.connection, entry):
        if attempt.state == "claimed":
            self._wait_for_lease(attempt)
            attempts.doom(self.connection, attempt, "given up")
    return attempts.of_entry(self.connection, entry)


def _doom_alone(self: Poster, entry: object, attempt: attempts.Attempt, why: str, answered: str | None = None) -> bool:
    attempts.doom(self.connection, attempt, why, answered=answered)
    return False


def _believe_in_doubt(
    self: Poster, entry: object, attempt: attempts.Attempt, why: str, answered: str | None = None
) -> bool:
    attempts.confirm(self.connection, attempt, FIRST_DOCUMENT)
    return True


def _claim_and_send_together(self: Poster, entry: revisions.FrozenEntry, send: Callable, real=Poster._attempt) -> bool:
    with self.connection.transaction():
        return real(self, entry, send)


def _leave_own(self: Poster, entry: object, attempt: attempts.Attempt, document: str) -> None:
    raise RetriableError("taken over", vendor="ERP")


def _a_claim_will_do(made: Iterable[attempts.Attempt]) -> attempts.Attempt | None:
    return next((attempt for attempt in made if attempt.state in ("claimed", "confirmed")), None)


def _clear_doomed_only(self: Poster, entry: revisions.FrozenEntry) -> list:
    for attempt in attempts.unreaped(self.connection, entry):
        reap.reap(self.connection, self.erp, attempt, self.site)
    return attempts.of_entry(self.connection, entry)


def _withdraw_first(self: Poster, entry: revisions.FrozenEntry, original: attempts.Attempt) -> None:
    attempts.withdraw(self.connection, original, "deleted")
    self.erp.delete(original.address, original.document)


def _reverse_unrecorded(self: Poster, entry: revisions.FrozenEntry, revision: revisions.Revision) -> None:
    self._clear_the_way(entry)
    original = self._confirmed(entry)
    if original:
        into = Address(*(getattr(original.address, n) for n in ("tenant", "entry_date", "lot")), f"9{entry.part:02d}")
        self.erp.reverse(original.address, original.document, into)


def _reverse_in_place(self: Poster, original: attempts.Attempt, reversal: object, address: Address) -> object:
    return self.erp.reverse(of=original.address, document=original.document, into=original.address)


def _claim_or_join(connection, entry, *, real=attempts.claim, **options):
    try:
        return real(connection, entry, **options)
    except psycopg.errors.UniqueViolation:
        return attempts.of_entry(connection, entry)[-1]


def _write_again(self: Hook, *request, real=Hook._write):
    try:
        return real(self, *request)
    except UncertainError:
        return real(self, *request)


def _lines_of_part_one(connection, entry, real=revisions.journal_entry):
    first = connection.execute(
        "SELECT min(entry_id) AS entry_id FROM ledger.entry WHERE revision_id = %s AND reverses IS NULL",
        (entry.revision_id,),
    ).fetchone()
    return real(connection, entry if entry.reverses else replace(entry, entry_id=first.entry_id))


def _delete_all_but_own(erp, attempt, documents, real=reap._delete):
    return real(erp, attempt, [one for one in documents if one != attempt.answered])


def _same_reversal_for_ever(connection, entry, revision, open_from, limit, real=revisions.reversal):
    made = revisions.reversals(connection, entry)
    return made[0] if made else real(connection, entry, revision, open_from, limit)


def _unseen_neighbour(day: Day) -> bool:
    return day.around.neighbour and not day.around.readable


def _seen_neighbour(day: Day) -> bool:
    return day.around.neighbour and day.around.readable and not day.around.early


def _early_neighbour(day: Day) -> bool:
    return day.around.neighbour and day.around.readable and day.around.early


def _restored(*, readable: bool) -> Callable[[Day], bool]:
    return lambda day: day.around.restored and day.around.readable == readable


def _restored_beside_another(day: Day) -> bool:
    return day.around.restored and day.around.readable and day.around.neighbour


def _reversals_dated_now(connection, site, revision, *_found):
    for entry in revisions.superseded(connection, revision):
        if look._is_live(connection, entry):
            reversal = revisions.reversal(connection, entry, revision, site.open_from, site.history)
            if not look._is_live(connection, reversal):
                yield reversal, {f"{one.entry_key}@{site.ledger_id}" for one in (entry, reversal)}


def _restored_and_closed(day: Day) -> bool:
    return day.around.restored and day.around.closes


def _moves(day: Day) -> bool:
    return day.around.moves


def _closes(day: Day) -> bool:
    return day.around.closes


def _shared_unseen(day: Day) -> bool:
    return day.around.neighbour and not day.around.readable


def _edited(day: Day) -> bool:
    return day.around.edited and day.site.correction == "reversal"


def _corrects_under_the_lock(day: Day) -> bool:
    return day.locked and not day.weather.naps and day.weather.rate > 0.1 and day.site.correction == "reversal"


def _restarts(day: Day) -> bool:
    return day.weather.restarts and day.weather.rate > 0.5


def _drowsy(day: Day) -> bool:
    return day.weather.naps and day.weather.rate > 0.5


def _crowded_and_drowsy(day: Day) -> bool:
    return not day.locked and _drowsy(day)


DUE = """   AND (reaped_at IS NULL
        OR EXISTS (SELECT FROM unnest(ARRAY['5 minutes', '1 hour', '1 day']::interval[]) AS late
                    WHERE reaped_at < decided_at + late AND decided_at + late <= erp.clock()))"""
DUE_BY_COUNT = """   AND reaps < 4 AND (reaped_at IS NULL
        OR erp.clock() >= decided_at + (ARRAY['5 minutes', '1 hour', '1 day'])[greatest(reaps, 1)]::interval)"""
GIVEN_UP = " WHERE (state IN ('rejected', 'doomed') OR adopted_at IS NOT NULL)\n" + DUE

CONFIRM = "THEN erp.clock() END\n WHERE attempt_id = :attempt_id AND state = 'claimed';\n\n-- name: doom"
ALWAYS_001 = _method(attempts, "_next_sublot", lambda *_: "001")
AT_A_SITE = "AND coalesce(attempt.site, CAST(:site AS text)) IS NOT DISTINCT FROM :site;\n\n-- name: at_place"
SENT_TO_THIS_SITE = """WHERE attempt.entry_id = booking.entry_id
                  AND (CAST(:site AS text) IS NULL OR coalesce(attempt.site, :site) = :site))"""
CONFIRM_ANYWAY = _sql("attempts", (CONFIRM, CONFIRM.replace(" AND state = 'claimed'", "")))

TEETH = (
    Tooth("every attempt goes to sublot 001", ALWAYS_001, shown_by=2),
    Tooth("every attempt goes to sublot 001", ALWAYS_001, without=(NO_UNIQUE_ADDRESS,), shown_by=2),
    Tooth("a sublot is used again once it was reaped",
          _sql("attempts", (AT_A_SITE, f"AND state IN ('claimed', 'confirmed', 'withdrawn') {AT_A_SITE}")),
          without=(NO_UNIQUE_ADDRESS,), shown_by=5),
    Tooth("the claim is committed together with what came of it",
          _method(Poster, "_attempt", _claim_and_send_together), shown_by=2),
    Tooth("a claim that another run holds is sent, too", _method(attempts, "claim", _claim_or_join), shown_by=18),
    Tooth("the hook sends a POST again", _method(Hook, "_write", _write_again), shown_by=11),
    Tooth("document 000002 is accepted", _believe(number=False), faults=("copied by a proxy",), shown_by=3),
    Tooth("an answer without a number is accepted", _believe(empty=True), faults=("answer without a number",),
          shown_by=3),
    Tooth("an answer for another tenant is accepted", _believe(tenant=False), shown_by=24),
    Tooth("an uncertain answer counts as booked", _method(Poster, "_doom", _believe_in_doubt), shown_by=3),
    Tooth("a dead worker's claim counts as booked",
          _all(_method(protocol, "_standing", _a_claim_will_do), _method(Poster, "_clear_the_way", _clear_doomed_only)),
          shown_by=5),
    Tooth("nobody waits for a lease", _method(attempts, "lease", lambda *_: attempts.Lease(0.0, None)), shown_by=37),
    Tooth("what is left of a lease is taken from whatever clock", _method(attempts, "lease", _by_any_clock),
          only=_restarts, first=5_600, faults=("request lost", "answer lost"), shown_by=5_629),
    Tooth("confirmed without compare-and-set", CONFIRM_ANYWAY, shown_by=22),
    Tooth("confirmed without compare-and-set", CONFIRM_ANYWAY,
          without=(NO_ONE_LIVE_ATTEMPT, NO_FORWARD_ONLY, NO_CHECKS), only=_drowsy, shown_by=1171),
    Tooth("a worker that comes back late leaves its document",
          _method(Poster, "_remove_own", _leave_own), only=_drowsy, first=11_000,
          faults=("asleep", "connection lost"), shown_by=11_032),
    Tooth("a doomed address is not reaped", _reap(_only_noted), shown_by=4),
    Tooth("the next attempt does not wait for the reap",
          _all(_method(Poster, "_clear_the_way", _no_reap_before_the_next), _method(Poster, "_doom", _doom_alone)),
          shown_by=4),
    Tooth("an unanswered delete counts as a reap",
          _reap(_gives_up_too_easily, swept=True), shown_by=11),
    Tooth("only document 000001 is reaped", _method(Numbering, "documents", (FIRST_DOCUMENT,)), shown_by=60),
    Tooth("a rejected attempt is not reaped",
          _all(_rejected_are_not_reaped(),
               _sql("attempts", (GIVEN_UP, GIVEN_UP.replace("IN ('rejected', 'doomed')", "= 'doomed'")))),
          shown_by=40),
    Tooth("the sweep never comes back", _sql("attempts", (DUE, "   AND reaped_at IS NULL")), shown_by=5),
    Tooth("the sweep counts its visits", _sql("attempts", (DUE, DUE_BY_COUNT)), only=_drowsy, shown_by=175),
    Tooth("the sweep reaps confirmed documents",
          _all(_sql("attempts", (GIVEN_UP, GIVEN_UP.replace("'doomed'", "'doomed', 'confirmed'"))),
               _method(sweep, "reap", _whatever_its_state))),
    Tooth("nobody looks for copies of a document that was found",
          _sql("attempts", (GIVEN_UP, GIVEN_UP.replace("OR adopted_at IS NOT NULL", ""))), only=_closes, first=3_231,
          shown_by=3_231),
    Tooth("the reversal of what is only claimed is believed",
          _method(look, "_stands", lambda db, entry, _: look._is_live(db, entry)),
          only=_restored(readable=True), first=2_600, shown_by=2_630),
    Tooth("a document that was found is reaped with its copies", _method(sweep, "reap", _whatever_its_state),
          only=_closes, shown_by=129),
    Tooth("nobody notices that a document that was found is gone", _method(reap, "_withdraw", lambda *_: None),
          only=_closes, first=93_778, shown_by=93_778),
    Tooth("superseded entries stay", _method(revisions, "superseded", lambda *_: []), shown_by=2),
    Tooth("an old run takes newer books back",
          _sql("revisions", ("revision_id < :revision_id", "revision_id <> :revision_id")), only=_crowded_and_drowsy,
          first=1500, shown_by=1991),
    Tooth("a reversal is sent without an attempt of its own", _method(Poster, "_take_back", _reverse_unrecorded),
          shown_by=2),
    Tooth("a reversal goes to the address of its original", _method(Poster, "_reverse", _reverse_in_place), shown_by=3),
    Tooth("withdrawn before the ERP has deleted it", _method(Poster, "_withdraw", _withdraw_first), shown_by=36),
    Tooth("a correction in a later period is not mirrored",
          _sql("revisions", ("CASE side WHEN 'D' THEN 'C' ELSE 'D' END", "side")), shown_by=2),
    Tooth("every part carries the lines of part 1", _method(revisions, "journal_entry", _lines_of_part_one),
          shown_by=5),
    Tooth("whatever stands at an address is deleted, whoever's it is",
          _method(proof, "may_empty", lambda *_: True), only=_unseen_neighbour, shown_by=18),
    Tooth("the document that the ERP answered with another number stays",
          _method(reap, "_delete", _delete_all_but_own), only=_unseen_neighbour, shown_by=18),
    Tooth("whatever is read at an address is deleted, whoever's it is",
          _method(proof, "is_of", lambda *_: True), only=_seen_neighbour, shown_by=41),
    Tooth("what is read is ours by its lines, whosever key it carries",
          _method(proof, "read_key", lambda text: Key(text, "")), only=_seen_neighbour, shown_by=407),
    Tooth("a lot that others use is posted to all the same",
          _method(look, "_refuse_a_lot_in_use", lambda *_: None), only=_early_neighbour, shown_by=6),
    Tooth("what a restored ledger does not know is not looked for",
          _method(protocol, "look", lambda *about: look.Looked(about[4])),
          only=_restored(readable=True), shown_by=116),
    Tooth("what is in doubt in a lot that the box has left is left there unseen", _reap(_left_unseen),
          only=_shared_unseen, shown_by=27),
    Tooth("a lot that was taken over is not emptied ahead",
          _method(Poster, "_empty_ahead", lambda *_: None), only=_restored(readable=False), shown_by=1354),
    Tooth("books that stand at another site count as closed",
          _method(revisions, "_is_meant_for", lambda *_: True), only=_moves, shown_by=16),
    Tooth("what another site holds is taken back at this one",
          _sql("revisions", (SENT_TO_THIS_SITE, "WHERE attempt.entry_id = booking.entry_id)")), only=_moves,
          shown_by=32),
    Tooth("the sweep asks this site about another's addresses",
          _method(sweep, "site_of", lambda erp: None), only=_moves, shown_by=34),
    Tooth("a reversal keeps the date that it was first meant for",
          _method(revisions, "reversal", _same_reversal_for_ever), only=_closes, shown_by=37),
    Tooth("what a restored ledger forgot to have deleted is reversed",
          _method(look, "_withdraw", lambda *_, **__: None), only=_restored_and_closed, first=7_669, shown_by=7_669),
    Tooth("what another ledger has under a number of ours is taken for ours",
          _method(proof, "is_anothers", lambda *_: False), only=_restored_beside_another, first=17_000,
          faults=("unreachable",), shown_by=17_086),
    Tooth("a reversal that was forgotten is looked for on the open date alone",
          _method(look, "_reversals", _reversals_dated_now), only=_restored(readable=True), first=7_500,
          faults=("unreachable",), shown_by=7_607),
    Tooth("what somebody edited in the ERP is reversed as it is",
          _method(Poster, "_must_stand_as_posted", lambda *_: None), only=_edited, shown_by=82),
    Tooth("a correction that is refused midway is left there", _method(Poster, "_undo", lambda *_: None),
          only=_corrects_under_the_lock, faults=("refused",), shown_by=3),
)  # fmt: skip
