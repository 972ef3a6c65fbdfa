"""The probe: every assumption that posting makes about a site of the ERP, put to the test in its test company.

What is assumed, and how it is tried, is for the ERP's own package to say (cierre.ports.probe). Here it is seen to that
nobody's books are touched, and that all that was written is removed.
"""

import logging
from collections.abc import Container, Iterable

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import probes
from cierre.ports.erp import ReadableErp
from cierre.ports.errors import VendorError
from cierre.ports.probe import Check, Ground, Probe, ProbeRefused, Test, as_sentence
from cierre.posting.probe_entries import Bench
from cierre.posting.probe_report import ProbeReport

log = logging.getLogger(__name__)


def probe(
    connection: psycopg.Connection,
    erp: ReadableErp,
    ground: Ground,
    kind: type[Probe],
    *,
    boxes: Iterable[CashBox],
) -> ProbeReport:
    """Puts every assumption to the test at a site and removes what it wrote, even where a test fails midway.

    ``kind`` is how this kind of ERP is probed, ``boxes`` are all configured cash boxes: nothing is written to their
    companies, nor to their lots. Works on an autocommit connection. Raises ProbeRefused where it must not or cannot
    write there, cierre.ledger.probes.ProbeBusy where another probe of the tenant is at it, and VendorError where the
    ERP does not answer the first entry; what could not be removed then is named in the log, and removed by the next
    probe.
    """
    boxes = list(boxes)
    owned = {box.erp.lot: box.id for box in boxes}
    books = {(box.erp.connection, _company(box.erp.tenant)): box.id for box in boxes}
    if owner := books.get((ground.connection, _company(ground.tenant))):
        raise ProbeRefused(
            Sentence(
                "{tenant} has the books of the cash box {box}: name a test company of the same site.",
                tenant=ground.tenant.strip(),
                box=owner,
            )
        )
    if owner := owned.get(ground.lot):
        raise ProbeRefused(
            Sentence("Lot {lot} belongs to the cash box {box}: name one that nobody uses.", lot=ground.lot, box=owner)
        )
    if probes.was_posted_to(connection, ground.lot):
        raise ProbeRefused(Sentence("Cash boxes have posted to lot {lot}: name one that nobody uses.", lot=ground.lot))
    with probes.alone(connection, ground.connection, ground.tenant):
        return _probe(connection, erp, ground, kind, owned.keys())


def _company(tenant: str) -> tuple[str, ...]:
    """Group and branch without the blanks that the ERP pads them with."""
    return tuple(part.strip() for part in tenant.split(","))


def _probe(
    connection: psycopg.Connection, erp: ReadableErp, ground: Ground, kind: type[Probe], owned: Container[str]
) -> ProbeReport:
    left_behind = {
        address: documents
        for address, documents in probes.left_behind(connection, ground.connection, ground.tenant).items()
        if address.lot not in owned and not probes.was_posted_to(connection, address.lot)
    }
    bench = Bench(connection, erp, ground, left_behind)
    tests = kind(bench)

    def check(name: str, test: Test) -> Check:
        assumption = tests.assumptions[name]
        log.info(say("Testing: {assumption}.", assumption=as_sentence(assumption.says)))
        try:
            return Check(assumption, *test())
        except VendorError as error:
            return Check(assumption, None, str(error))

    try:
        checks = tests.run(check)
    finally:
        left = bench.clear(readable=tests.readable)
        for sentence in left:
            log.warning(say("Left behind: {what}", what=sentence))
    return ProbeReport(ground.connection, ground.tenant, ground.lot, ground.day, tuple(checks), tuple(left))
