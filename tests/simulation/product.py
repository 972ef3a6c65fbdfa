"""The product's own code, closing a simulated day: derive's freeze, post's converge, the reaper's sweep."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.keys import sent_key
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import attempts, landing, revisions, takeovers
from cierre.ledger.session import box_day
from cierre.ports.erp import Erp
from cierre.ports.errors import DataError, RetriableError
from cierre.posting.protocol import Poster
from cierre.posting.sweep import LastCall, sweep
from simulation.backup import Backup
from simulation.books import BUSINESS_DATE, NEXT_PERIOD, TENANT, journal_entries
from simulation.database import BEGINNING, Database, Line
from simulation.day import Day
from simulation.erp import Place
from simulation.network import Hook
from simulation.process import Process
from simulation.surroundings import OURS

GREEN, UNCHANGED = "green is true", "a refused correction changes nothing"


class Product:
    """Closes days with the real posting and store code on a real database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.plain() as connection:
            place = landing.Place("sga", "sga_itb", "164", BUSINESS_DATE)
            snapshot = landing.land(
                connection, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN
            )
            self.snapshot_id = snapshot.snapshot_id

    def begin(self, day: Day) -> None:
        self.database.begin(day.world, day.weather)
        with self.database.plain() as line:  # what earlier seeds leave waiting for ever is not to be met by this one
            line.execute(
                "UPDATE erp.attempt SET reaped_at = 'infinity'"
                " WHERE (state IN ('rejected', 'doomed') OR adopted_at IS NOT NULL)"
                "   AND reaped_at IS DISTINCT FROM 'infinity'"
            )

    def close(self, day: Day, process: Process) -> None:
        """Derive and post, as two tasks do it: each under the day's lock, or, to try the protocol alone, neither."""
        entries = journal_entries(day.box, day.source.entries)
        with self._session(process) as line:
            with self._lock(day, line):
                hook = Hook(day.wire, process)
                frozen, _ = revisions.freeze(
                    line, box=day.box, day=BUSINESS_DATE, snapshot_id=self.snapshot_id, mapping="m", mapping_digest="m",
                    tenant=TENANT, lot=day.lot, entries=entries, documents={}, open_from=day.site.open_from,
                    site=hook.site,
                )  # fmt: skip
            with self._lock(day, line):
                hook = Hook(day.wire, process)
                revision = revisions.current(line, day.box, BUSINESS_DATE)
                same = revision.digest == frozen.digest
                revision = revisions.placed(line, revision, hook.site, day.site.open_from)
                poster = Poster(line, hook, process.name, day.site, process.sleep, undoes=day.locked)
                with self._unchanged_if_refused(day, revision):
                    revision = poster.converge(revision)
                if day.locked and not line.severed and same and hook.wire is day.wire:
                    self._check_green(day, revision, len(entries))

    def sweep(self, day: Day, process: Process, *, last_call: bool = False) -> None:
        def erp_of(box: str) -> Erp:
            if box != day.box:
                raise ValueError(f"{box} is not of this seed")
            return Hook(day.wire, process)

        now = BEGINNING + timedelta(seconds=day.world.now)
        calls = [LastCall(day.box, BUSINESS_DATE, BUSINESS_DATE, now)] if last_call else []
        with self._session(process) as line:
            swept = sweep(line, erp_of, calls, lambda box: day.site)
        day.waits = day.waits or bool(swept.waiting)
        day.gone = day.gone or bool(swept.gone)
        if swept.left:
            raise RetriableError(f"addresses are left: {dict(swept.left)}", vendor="ERP")

    def back_up(self, day: Day) -> None:
        with self.database.plain() as line:
            self.backup = Backup.of(line, day.box)

    def restore(self, day: Day) -> None:
        with self.database.plain() as line:
            self.backup.restore(line)

    def take_over(self, day: Day, lot: str) -> None:
        with self.database.plain() as line:
            line.show_time()
            takeovers.take_over(line, day.wire.site, TENANT, lot, by="Ana", why="it is ours", through=NEXT_PERIOD)

    def left(self, day: Day) -> list[Address]:
        with self.database.plain() as line:
            return [one.address for one in self._left(day, line)]

    def leave_to_others(self, day: Day) -> None:
        with self.database.plain() as line:
            line.show_time()
            takeovers.leave_to_others(line, self._left(day, line))

    def _left(self, day: Day, line: Line) -> list[takeovers.Doubt]:
        revision = revisions.current(line, day.box, BUSINESS_DATE)
        return [one for one in takeovers.open_doubts(line, revision) if one.address.lot != day.ours.lot]

    def knows(self, day: Day, site: str, address: Address) -> bool:
        asked = """SELECT EXISTS (SELECT FROM erp.attempt WHERE site = %s AND tenant = %s AND entry_date = %s
                                     AND lot = %s AND sublot = %s) AS known"""
        place = (site, address.tenant, address.entry_date, address.lot, address.sublot)
        with self.database.plain() as line:
            return line.execute(asked, place).fetchone().known

    def restart(self) -> None:
        self.database.restart()

    def figures(self, day: Day) -> dict[str, int]:
        with self.database.plain() as connection:
            attempts, uncertain = connection.execute(
                "SELECT (SELECT count(*) FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE box = %(box)s)"
                " AS attempts, (SELECT count(*) FROM erp.uncertain WHERE box = %(box)s AND site = %(site)s)"
                " AS uncertain",
                {"box": day.box, "site": day.wire.site},
            ).fetchone()
        return {"attempts": attempts, "uncertain": uncertain}

    def _check_green(self, day: Day, revision: revisions.Revision, entries: int) -> None:
        """A close that succeeds, under the day's lock to its end, says that every entry of the revision stands: by the
        ERP's own ledger it must."""
        stands = {document.key for document in day.erp.standing.values()}
        with self.database.plain() as line:  # adopted documents have the keys that they had
            adopted = {entry.part for entry in revisions.bookings(line, revision) if day.around.restored}
        for part in set(range(1, entries + 1)) - adopted:
            key = sent_key(f"{day.box}|{BUSINESS_DATE:%Y%m%d}|{revision.revision}|{part}", OURS)
            if key not in stands:
                day.broke(GREEN, f"a close succeeded, and {key} does not stand")

    @contextmanager
    def _unchanged_if_refused(self, day: Day, revision: revisions.Revision) -> Iterator[None]:
        """A correction that the ERP refuses leaves it as it was, where nothing else goes wrong meanwhile. What the
        ledger does not have as standing, such as a late copy or what a restored ledger forgot, may go in any case."""
        aside = day.own_places() - self._confirmed(day)
        before, faults = day.own_balances(but=aside), Counter(day.weather.counts)
        standing = self._old_books_stand(day, revision)
        edited = dict(day.editor.was)
        try:
            yield
        except DataError:
            met = set(day.weather.counts - faults)
            # Of a lot that was taken over what was forgotten goes first, whatever becomes of the correction.
            quiet = (
                day.locked
                and standing
                and not day.taken_over
                and edited == day.editor.was  # nobody set anything back meanwhile
                and not day.wire.under_way
                and met <= {"refused", "another ledger posts"}
            )
            if quiet and day.own_balances(but=aside) != before:
                day.broke(UNCHANGED, f"revision {revision.revision} was refused, and the ERP is not as it was")
            raise

    def _confirmed(self, day: Day) -> set[Place]:
        """Where, by the ledger, documents of the box stand."""
        asked = """SELECT attempt.tenant, attempt.entry_date, attempt.lot, sublot, document
                     FROM erp.attempt JOIN ledger.entry USING (entry_id)
                    WHERE box = %s AND attempt.site = %s AND state = 'confirmed'"""
        with self.database.plain() as line:
            rows = line.execute(asked, (day.box, day.wire.site)).fetchall()
        return {Place(Address(row.tenant, row.entry_date, row.lot, row.sublot), row.document) for row in rows}

    def _old_books_stand(self, day: Day, revision: revisions.Revision) -> bool:
        """Whether older books stand, which newer ones replace, nothing of these is there yet from an earlier try, and
        nothing is uncertain. Where corrections delete, only books of one document: nothing brings back the first of
        several once it has gone."""
        with self.database.plain() as line:

            def stands(entry: revisions.FrozenEntry) -> bool:
                return any(one.state == "confirmed" for one in attempts.of_entry(line, entry))

            old = [entry for entry in revisions.superseded(line, revision) if stands(entry)]
            taking_back = [made for entry in old for made in revisions.reversals(line, entry)]
            begun = any(map(stands, [*revisions.bookings(line, revision), *taking_back]))
            asked = "SELECT count(*) AS n FROM erp.uncertain WHERE box = %s"
            deleting = """SELECT count(*) AS n FROM erp.attempt JOIN ledger.entry USING (entry_id)
                           WHERE box = %s AND deleting_since IS NOT NULL AND state = 'confirmed'"""
            unclear = [line.execute(query, (day.box,)).fetchone().n for query in (asked, deleting)]
        whole = len(old) == 1 or (old and day.site.correction == "reversal")
        return bool(whole) and not begun and not any(unclear)

    @contextmanager
    def _session(self, process: Process) -> Iterator[Line]:
        line = self.database.open(process)
        try:
            yield line
        finally:
            self.database.close(line)

    def _lock(self, day: Day, line: Line) -> AbstractContextManager[None]:
        return box_day(line, day.box, BUSINESS_DATE) if day.locked else nullcontext()
