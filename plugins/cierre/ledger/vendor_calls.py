"""Calls that a vendor counts: claimed on the record before they are made, so that nothing makes one twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime

import psycopg

from cierre.ledger import personal, session
from cierre.ledger.statements import Change, RowOrNone, Statements, Value
from cierre.ports.allowance import Allowance, Claim, Company, KeptAnswer, Outcome, PastCall


class _Sql(Statements):
    now: Value[datetime]
    claim: RowOrNone[Claim]
    finish: Change
    kept_answer: RowOrNone[KeptAnswer]
    latest_call: RowOrNone[PastCall]


_sql = _Sql.of("vendor_calls")


def now(connection: psycopg.Connection) -> datetime:
    """The ledger's clock: one for all who ask, whatever their own clocks say."""
    return _sql.now(connection)


@contextmanager
def alone(connection: psycopg.Connection, company: Company, method: str) -> Iterator[None]:
    """Waits until nobody else is about to make, or makes, this call of the company; then holds all others off."""
    with session.alone(connection, f"vendor call|{company.service}|{company.company}|{method}"):
        yield


def claim(
    connection: psycopg.Connection,
    company: Company,
    method: str,
    subject: str,
    *,
    allowance: Allowance,
    zone: str,
    asked_through: str,
    claimed_by: str,
    override_by: str | None = None,
) -> Claim | None:
    """Records that a call is about to be made, and commits; None where its allowance is used up.

    ``subject`` is what is asked for, ``zone`` the vendor's time zone, ``asked_through`` the Airflow connection,
    ``override_by`` who let it be made in business hours. Must be called outside a transaction.
    """
    return _sql.claim(
        connection,
        **asdict(company),
        connection=asked_through,
        method=method,
        subject=subject,
        allowance=allowance,
        zone=zone,
        claimed_by=claimed_by,
        override_by=override_by,
    )


def finish(connection: psycopg.Connection, claim: Claim, outcome: Outcome, *, snapshot_id: int | None = None) -> None:
    """Records what became of a call, once; ``snapshot_id`` names its answer where it is kept for others."""
    _sql.finish(connection, call_id=claim.call_id, outcome=outcome, snapshot_id=snapshot_id)


def kept_answer(connection: psycopg.Connection, company: Company, method: str, subject: str) -> KeptAnswer | None:
    """The newest stored answer for a subject, whole but for what was erased of it; or None."""
    kept = _sql.kept_answer(connection, **asdict(company), method=method, subject=subject)
    return replace(kept, body=personal.whole(connection, kept.snapshot_id, kept.body)) if kept else None


def latest_call(connection: psycopg.Connection, company: Company, method: str) -> PastCall | None:
    """The latest call of a method that counts, whatever its subject."""
    return _sql.latest_call(connection, **asdict(company), method=method)
