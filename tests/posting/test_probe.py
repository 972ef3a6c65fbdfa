"""The probe against a sandbox that differs from the contract in one way after the other."""

from dataclasses import replace
from datetime import date

import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger import capabilities, probes, revisions, session
from cierre.ledger.attempts import claim
from cierre.ports.errors import DataError, RetriableError, UncertainError
from cierre.ports.probe import Ground, ProbeRefused, Verdict
from cierre.posting.probe import probe
from hooks.protheus.numbering import NUMERIC
from hooks.protheus.probe import ASSUMPTIONS, Probe
from support.books import LOT, freezer

HOLDS, DOES_NOT_HOLD, UNKNOWN = Verdict
GROUND = Ground(
    connection="protheus",
    tenant="T9,TEST 01 ",
    lot="PROBE1",
    day=date(2024, 9, 6),
    debit_account="1.1.01.001",
    credit_account="2.1.01.002",
)


def changed(**what: object) -> Ground:
    return GROUND.model_copy(update=what)


@pytest.fixture(autouse=True)
def _few_sublots(monkeypatch):
    """The sublots that are timed are few, so that all these probes are quick."""
    monkeypatch.setattr("hooks.protheus.probe.FRESH_SUBLOTS", 2)


@pytest.mark.parametrize("tenant", ["T1,D MG 01 ", "T1,D MG 01", "T1,D MG 02    "])
def test_the_books_of_a_cash_box_are_no_place_to_try_things(run, live, tenant):
    with pytest.raises(ProbeRefused, match=r"T1,D MG 0\d has the books of the cash box .*: name a test company"):
        run(changed(tenant=tenant))
    assert live() == []


ESSENTIAL = ("numbers_from_one", "tenant_echoed", "clean_not_found")


@pytest.fixture
def run(ledger, protheus):
    """Probes the sandbox: ``run()``, or with a changed ground or ERP."""

    def probed(ground: Ground = GROUND, erp=protheus):
        return probe(ledger, erp, ground, Probe, boxes=cash_boxes().values())

    return probed


@pytest.fixture
def live(sandbox):
    """The documents that stand in the ERP, by sublot and number."""
    return lambda: [(document.sublot, document.document) for document in sandbox.protheus_ledger(live=True)]


def verdicts(report) -> dict[str, Verdict]:
    return {check.assumption.name: check.verdict for check in report.checks}


def check(report, name: str):
    (found,) = [check for check in report.checks if check.assumption.name == name]
    return found


def test_a_site_as_the_contract_says_holds_all_that_can_be_told_without_reading_it(run, sandbox, live):
    sandbox.set_protheus(generic_query=False)
    report = run()
    assert verdicts(report) == dict.fromkeys(ASSUMPTIONS, HOLDS) | {"read_back": DOES_NOT_HOLD, "key_kept": UNKNOWN}
    assert not report.in_the_way
    assert report.unproved == []
    assert report.left == ()
    assert live() == []


def test_a_site_that_can_be_read_holds_everything(run, sandbox, live):
    sandbox.set_protheus(generic_query=True)
    report = run()
    assert set(verdicts(report).values()) == {HOLDS}
    assert "50 stand" not in check(report, "history_length").seen
    assert live() == []


def test_a_login_without_the_right_to_post_is_refused_by_name(run, sandbox):
    sandbox.set_protheus(may_post=False)
    with pytest.raises(ProbeRefused, match="lacks the right to CTBA102"):
        run()


def test_a_site_that_does_not_tell_of_rights_leaves_them_unknown(run, sandbox):
    sandbox.set_protheus(tells_rights=False)
    assert check(run(), "may_post").verdict is UNKNOWN


def test_every_check_says_what_was_done_and_seen_and_what_follows_where_it_does_not_hold(run):
    for found in run().checks:
        assert found.assumption.done
        assert found.seen
        assert (found.consequence == "Posting relies on it.") == (found.verdict is HOLDS)


@pytest.mark.parametrize("readable", [False, True])
@pytest.mark.parametrize(
    ("site", "name", "value", "seen"),
    [
        ({"first_number": 701}, "numbers_from_one", False, "000701, 000701, 000701"),
        ({"alphanumeric_sublots": False}, "alphanumeric_sublots", False, "debe ser numérico"),
        ({"atomic_insert": False}, "atomic_insert", False, "left at its address: 000001"),
        ({"reversal_has_own_address": False}, "own_reversal_address", False, "did not stand at the sublot"),
        ({"max_lines": 450}, "max_lines", 450, "450 lines were taken, 451 not"),
        ({"history_size": 30}, "history_length", 30, "30"),
    ],
)
def test_a_site_that_differs_is_found_out_and_left_clean(run, sandbox, live, site, name, value, seen, readable):
    sandbox.set_protheus(**site, generic_query=readable)
    report = run()
    found = check(report, name)
    assert (found.verdict, found.value) == (DOES_NOT_HOLD, value)
    assert seen in found.seen
    others = {"max_lines", "read_back", "key_kept", name}
    assert {check.verdict for check in report.checks if check.assumption.name not in others} == {HOLDS}
    assert report.left == ()
    assert live() == []


@pytest.mark.parametrize("status", [200, 400])
def test_a_refusal_may_come_with_either_status(run, sandbox, status):
    sandbox.set_protheus(business_error_status=status, max_lines=5)
    assert check(run(), "max_lines").value == 5


def test_a_site_that_gives_numbers_again_is_probed_all_the_same(run, sandbox, live):
    sandbox.set_protheus(reuse_deleted_numbers=True)
    assert not run().in_the_way
    assert live() == []


def test_lines_that_continue_histories_are_told_apart_from_a_low_limit_of_lines(run, sandbox):
    sandbox.set_protheus(history_size=25, max_lines=99)
    report = run()
    assert (check(report, "max_lines").value, check(report, "history_length").value) == (99, 25)


def test_a_longer_history_than_ours_is_no_harm(run, sandbox):
    sandbox.set_protheus(history_size=60, generic_query=True)
    found = check(run(), "history_length")
    assert (found.verdict, found.value) == (HOLDS, 60)


@pytest.mark.parametrize("size", [20, 0])
def test_a_key_that_is_cut_or_not_kept_is_seen_where_the_site_can_be_read(run, sandbox, size):
    sandbox.set_protheus(key_size=size, generic_query=True)
    found = check(run(), "key_kept")
    assert found.verdict is DOES_NOT_HOLD
    assert f" {size} were kept" in found.seen


def test_a_not_found_that_is_not_the_routines_own_stops_the_probe_there_and_posting(run, sandbox, ledger, live):
    sandbox.set_protheus(not_found_as_http_404=True)
    report = run()
    assert check(report, "clean_not_found").verdict is DOES_NOT_HOLD
    assert {name for name, verdict in verdicts(report).items() if verdict is UNKNOWN} == {
        "atomic_insert", "own_reversal_address", "alphanumeric_sublots", "max_lines", "history_length", "key_kept",
        "refuses_divergent", "fresh_sublots_quick",
    }  # fmt: skip
    assert [found.assumption.name for found in report.unproved] == ["clean_not_found"]
    assert report.in_the_way
    assert live() == []


def test_a_wording_of_not_found_that_is_not_understood_does_not_hold(run, protheus):
    class Terse:
        """The site's deletes say "sin datos" for a document that is not there."""

        def __getattr__(self, name):
            return getattr(protheus, name)

        def delete(self, address, document):
            if not protheus.delete(address, document):
                raise DataError("sin datos", vendor="Protheus")
            return True

    report = run(erp=Terse())
    assert check(report, "clean_not_found").verdict is DOES_NOT_HOLD
    assert "sin datos" in check(report, "clean_not_found").seen
    assert "not_found" in check(report, "clean_not_found").consequence


@pytest.mark.parametrize(("readable", "seen"), [(True, "with type 9, outside the balances"), (False, "cannot be read")])
def test_a_site_that_keeps_divergent_entries_as_pre_entries_is_found_out_and_left_clean(
    run, sandbox, live, readable, seen
):
    sandbox.set_protheus(pre_entries=True, generic_query=readable)
    found = check(run(), "refuses_divergent")
    assert (found.verdict, found.value) == (DOES_NOT_HOLD, False)
    assert seen in found.seen
    assert "pre-entries (CT2_TPSALD 9)" in found.consequence
    assert live() == []


def test_a_site_whose_plain_entries_are_pre_entries_is_not_relied_on(run, sandbox, protheus):
    class KeepsAll:
        def __getattr__(self, name):
            return getattr(protheus, name)

        def read_back(self, *lot):
            return [replace(line, outside="9") for line in protheus.read_back(*lot)]

    found = check(run(erp=KeepsAll()), "read_back")
    assert found.verdict is DOES_NOT_HOLD
    assert "with type 9, outside the balances" in found.seen


def test_twenty_fresh_sublots_are_timed_and_removed(run, sandbox, live, monkeypatch):
    monkeypatch.setattr("hooks.protheus.probe.FRESH_SUBLOTS", 20)
    found = check(run(), "fresh_sublots_quick")
    assert found.verdict is HOLDS
    assert "20 unused sublots took" in found.seen
    assert "000001 20 times, and after a refused entry with 000001" in found.seen
    assert live() == []


def test_a_site_that_prepares_numbers_ahead_is_found_out_by_its_times_and_numbers(run, sandbox, live):
    sandbox.set_protheus(numbers_ahead=20, fresh_sublot_seconds=1.5)
    found = check(run(), "fresh_sublots_quick")
    assert (found.verdict, found.value) == (DOES_NOT_HOLD, False)
    assert "after a refused entry with 000002" in found.seen
    assert "MV_CTFQTD" in found.consequence
    assert live() == []


def test_a_slow_site_is_timed_no_longer_than_it_takes_to_know(run, sandbox, monkeypatch):
    monkeypatch.setattr("hooks.protheus.probe.FRESH_SUBLOTS", 20)
    monkeypatch.setattr("hooks.protheus.probe.TIMING_SECONDS", 0.0)
    assert "1 unused sublots took" in check(run(), "fresh_sublots_quick").seen


def test_an_answer_for_another_branch_does_not_hold(run, protheus):
    class Elsewhere:
        def __getattr__(self, name):
            return getattr(protheus, name)

        def insert(self, *entry):
            return replace(protheus.insert(*entry), branch="D MG 99")

    report = run(erp=Elsewhere())
    assert check(report, "tenant_echoed").verdict is DOES_NOT_HOLD
    assert "D MG 99" in check(report, "tenant_echoed").seen


def test_a_query_that_answers_other_lines_than_were_booked_is_not_relied_on(run, protheus, sandbox, live):
    sandbox.set_protheus(generic_query=True)

    class Stale:
        def __getattr__(self, name):
            return getattr(protheus, name)

        def read_back(self, *lot):
            return []

    report = run(erp=Stale())
    assert check(report, "read_back").verdict is DOES_NOT_HOLD
    assert "the ERP lacks" in check(report, "read_back").seen
    assert live() == []


# --- where it may write


@pytest.mark.parametrize("box", cash_boxes().values(), ids=lambda box: box.id)
def test_a_lot_that_a_cash_box_owns_is_never_probed(run, sandbox, box: CashBox):
    with pytest.raises(ProbeRefused, match=box.id):
        run(changed(lot=box.erp.lot))
    assert sandbox.calls("protheus") == 0


def test_a_lot_that_was_ever_posted_to_is_never_probed(run, ledger, protheus, sandbox):
    (entry,) = revisions.bookings(ledger, freezer(ledger)("35.30"))
    claim(ledger, entry, worker="test", lease_seconds=60)
    with pytest.raises(ProbeRefused, match="have posted to lot"):
        probe(ledger, protheus, changed(lot=LOT), Probe, boxes=[])
    assert sandbox.calls("protheus") == 0


@pytest.mark.parametrize(
    "wrong", [{"debit_account": "9.9"}, {"credit_account": "4.1.01.001"}, {"tenant": "T1,D MG 99 "}]
)
def test_accounts_that_take_no_entry_end_the_probe_with_the_erps_words(run, sandbox, live, wrong):
    with pytest.raises(ProbeRefused, match="refuses a plain entry"):
        run(changed(**wrong))
    assert live() == []


def test_a_closed_period_ends_the_probe(run, sandbox):
    sandbox.set_protheus(closed_until="2024-09-30")
    with pytest.raises(ProbeRefused, match="calendario contable está cerrado"):
        run()


def test_accounts_that_want_a_cost_centre_get_one(run):
    assert not run(changed(credit_account="4.1.01.001", credit_cost_centre="0101")).in_the_way


def test_probes_of_one_lot_and_date_never_use_an_address_twice(run, sandbox):
    for _ in range(3):
        assert check(run(), "numbers_from_one").seen == "unused sublots began with 000001"
    used = [document.sublot for document in sandbox.protheus_ledger()]
    origins = [document for document in sandbox.protheus_ledger() if document.document != "000001"]
    assert len(used) == len(set(used))
    assert origins == []


def test_an_address_that_somebody_else_used_does_not_mislead_it(run, admin, sandbox, monkeypatch):
    run()
    used = {document.sublot for document in sandbox.protheus_ledger()}
    unused = [sublot for sublot in NUMERIC if sublot not in used]
    admin.execute("DELETE FROM erp.probe_address")
    monkeypatch.setattr("cierre.posting.probe_entries.secrets.randbelow", lambda free: 0)
    monkeypatch.setattr("hooks.protheus.numbering.NUMERIC", [*[s for s in used if s.isdecimal()][:1], *unused])
    found = check(run(), "numbers_from_one")
    assert (found.verdict, found.seen) == (HOLDS, "unused sublots began with 000002, 000001")


def test_a_lot_whose_sublots_were_all_used_asks_for_another(run, ledger, monkeypatch):
    monkeypatch.setattr("hooks.protheus.numbering.NUMERIC", ["001", "002"])
    with pytest.raises(ProbeRefused, match="name another lot"):
        run()
    assert probes.left_behind(ledger, "protheus", GROUND.tenant) == {}


def test_two_probes_of_a_tenant_do_not_run_at_once(run, ledger_dsn):
    with (
        session.connect(ledger_dsn) as other,
        probes.alone(other, "protheus", GROUND.tenant),
        pytest.raises(probes.ProbeBusy),
    ):
        run()


# --- it cleans up


def failing(protheus, operation: str, at: int, error: BaseException):
    """The ERP, but the n-th call of an operation ends in an error after it was carried out."""

    class Failing:
        calls = 0

        def __getattr__(self, name):
            return getattr(protheus, name)

    def act(self, *what, **named):
        done = getattr(protheus, operation)(*what, **named)
        self.calls += 1
        if self.calls == at:
            raise error
        return done

    setattr(Failing, operation, act)
    return Failing()


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("operation", ["insert", "delete"])
def test_a_probe_that_is_stopped_midway_leaves_no_document(run, protheus, live, operation, at):
    with pytest.raises(KeyboardInterrupt):
        run(erp=failing(protheus, operation, at, KeyboardInterrupt()))
    assert live() == []


@pytest.mark.parametrize("operation", ["insert", "reverse"])
def test_a_lost_answer_is_told_cleaned_up_and_emptied_once_more_by_the_next_probe(
    run, protheus, ledger, live, operation
):
    lost = UncertainError("no answer", vendor="Protheus")
    report = run(erp=failing(protheus, operation, 4 if operation == "insert" else 1, lost))
    assert UNKNOWN in verdicts(report).values()
    assert report.in_the_way
    assert any("may still arrive" in sentence for sentence in report.left)
    assert live() == []
    (*late,) = probes.left_behind(ledger, "protheus", GROUND.tenant)
    assert late
    protheus.insert(late[0], GROUND.entry(), "late")
    assert not run().in_the_way
    assert live() == []


def test_what_a_killed_probe_left_is_removed_by_the_next(run, protheus, ledger, live):
    address = Address(GROUND.tenant, date(2024, 9, 5), "PROBE9", "123")
    probes.take(ledger, "protheus", address)
    protheus.insert(address, GROUND.entry(), "probe")
    assert run().left == ()
    assert live() == []
    assert probes.left_behind(ledger, "protheus", GROUND.tenant) == {}


def test_what_a_probe_left_in_a_lot_that_a_box_owns_by_now_is_not_touched(run, protheus, ledger, live):
    address = Address(GROUND.tenant, GROUND.day, LOT, "001")
    probes.take(ledger, "protheus", address)
    protheus.insert(address, GROUND.entry(), "a box's own")
    run()
    assert live() == [("001", "000001")]


def test_what_cannot_be_deleted_is_named(run, protheus, live):
    class Kept:
        def __getattr__(self, name):
            return getattr(protheus, name)

        def delete(self, address, document):
            raise DataError("documento en uso", vendor="Protheus")

    report = run(erp=Kept())
    assert len(report.left) == len(live()) == 2
    assert all("documento en uso" in sentence for sentence in report.left)
    assert report.in_the_way


def test_an_erp_that_cannot_be_reached_is_an_error_and_nothing_was_written(run, protheus, ledger):
    class Away:
        def __getattr__(self, name):
            return getattr(protheus, name)

        def insert(self, *entry):
            raise RetriableError("connection refused", vendor="Protheus")

    with pytest.raises(RetriableError):
        run(erp=Away())
    assert probes.left_behind(ledger, "protheus", GROUND.tenant) == {}


def test_what_was_found_out_becomes_what_posting_goes_by(run, sandbox, ledger):
    sandbox.set_protheus(max_lines=450, alphanumeric_sublots=False, generic_query=True)
    capabilities.save(ledger, "protheus", GROUND.tenant, run().capabilities)
    known = capabilities.of(ledger, "protheus", GROUND.tenant)
    assert (known.max_lines, known.alphanumeric_sublots, known.read_back, known.key_kept) == (450, False, True, True)
    assert not known.lacking & set(ESSENTIAL)


@pytest.mark.parametrize("name", ESSENTIAL)
def test_an_essential_assumption_that_does_not_hold_says_that_nothing_is_posted(name):
    assert "Nothing is posted to this site" in ASSUMPTIONS[name].failure
