"""Run by the image's own Python: imports every module, loads every DAG, serves every page, writes every export.

Needs ``LEDGER`` and ``AIRFLOW`` (libpq URIs of a migrated ledger and of an empty database). Ends with an AssertionError
or the error of what does not work.
"""

# Each part imports what it tries, after the check of all imports.
# ruff: noqa: PLC0415

import importlib
import os
import pkgutil
from datetime import date, timedelta
from pathlib import Path

HERE = Path.cwd()
DAY = date.today() - timedelta(days=3)


def import_everything() -> int:
    """Every module of plugins/ and sandbox/, and what Airflow loads by the settings of docker-compose.yaml."""
    names = [
        name
        for folder, prefix in ((HERE / "plugins", ""), (HERE / "sandbox", "sandbox."))
        for _, name, _ in pkgutil.walk_packages([str(folder)], prefix)
    ]
    names = [name for name in names if not name.endswith("__main__")]
    names += [
        "airflow.providers.celery.executors.celery_executor",
        "airflow.providers.fab.auth_manager.fab_auth_manager",
    ]
    for name in names:
        importlib.import_module(name)
    return len(names)


def load_every_dag() -> int:
    """Every DAG, from the folder that the image has."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(HERE / "dags")
    assert not bag.import_errors, bag.import_errors
    return len(bag.dags)


def serve_every_page() -> int:
    """Every address of the board, of a day that was closed, with the answer that it should have."""
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.api_fastapi.common.db.common import _get_session
    from airflow.api_fastapi.core_api import security
    from airflow.models import import_all_models
    from airflow.models.base import Base
    from fastapi.testclient import TestClient
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    from cierre.accounting_files.loader import cash_boxes
    from cierre.board import access, app as board
    from cierre.bookkeeping.identity import Identity
    from cierre.bookkeeping.tie_out import TieOut
    from cierre.ledger import identity, session as ledger_session, tie_outs
    from cierre.ledger.tie_outs import Month
    from cierre.served_invoices.app import app as sge
    from support import board_routes, closed_day

    box = cash_boxes()["itb_caja_164"]
    with ledger_session.connect(os.environ["LEDGER"]) as ledger:
        closed_day.close(ledger, box, DAY, ("25.00", "1"), ("10.00", "2"))
        identity.note(ledger, Identity.of(box, source_site="http://sga", erp_site="http://erp"))
        month = Month("http://erp", box.erp.tenant, DAY.replace(day=1))
        tie_outs.keep(ledger, month, tie_outs.now(ledger), TieOut((), ()))

    class Everybody(SimpleAuthManager):
        def is_authorized_dag(self, **_: object) -> bool:
            return True

        def get_authorized_dag_ids(self, **_: object) -> set[str]:
            return {access.PREFIX + one.file for one in cash_boxes().values()}

    for module in (access, board, security):
        module.get_auth_manager = Everybody
    engine = create_engine(os.environ["AIRFLOW"].replace("postgresql://", "postgresql+psycopg2://"))
    import_all_models()
    Base.metadata.create_all(engine)
    user = SimpleAuthManagerUser(username="all", role="ADMIN")
    with Session(engine) as session:
        board.app.dependency_overrides = {
            _get_session: lambda: session,
            security.get_user: lambda: user,
        }
        client = TestClient(board.app, root_path="/cierre")
        reads = [address for method, address in board_routes.addresses(box, DAY) if method == "GET"]
        answers = {address: client.get(address) for read in reads for address in in_every_format(read)}
        broken = {address: answer.text[:500] for address, answer in answers.items() if answer.status_code >= 500}
        assert not broken, broken
        refused = {address for address, answer in answers.items() if answer.status_code != 200}
        assert refused == of_nothing_yet(box.company, box.mapping), refused
    keyless = {TestClient(sge).get(address).status_code for address in board_routes.sge_addresses()}
    assert keyless == {401}, keyless
    return len(answers)


def in_every_format(address: str) -> list[str]:
    """An address, or those of a file in each of its formats."""
    if address.endswith("/documents"):
        return [address + "?kind=payment"]
    return [address.replace("csv", form) for form in ("csv", "xlsx", "pdf")] if "csv" in address else [address]


def of_nothing_yet(company: str, mapping: str) -> set[str]:
    """What the board refuses of a day that was merely closed: no statement came, and nobody proposed or asked."""
    proposals = {"/proposals/1", "/proposals/1/patch"}
    return {f"/arrivals/{company}", "/closing/states", f"/mappings/{mapping}/answer", *proposals}


def write_every_export() -> int:
    """The journal of a day or its month in every format, into files of the folder for temporary ones."""
    from tempfile import TemporaryDirectory

    from cierre.ledger import session as ledger_session
    from cierre.reports.export import Format, export, export_month
    from cierre.reports.ranges import month_of, range_of

    with ledger_session.connect(os.environ["LEDGER"]) as ledger, TemporaryDirectory() as folder:
        day = range_of("itb_caja_164", "", DAY, DAY)
        month = month_of("itb_caja_164", "", DAY.replace(day=1), ledger)
        for format in Format:
            if format in (Format.BEANCOUNT, Format.HLEDGER, Format.XLSX, Format.CSV):
                assert export(ledger, day, Path(folder), format)[0].stat().st_size, format
            assert export_month(ledger, month, Path(folder), format, "somebody")[0].stat().st_size, format
    return len(Format)


if __name__ == "__main__":
    print(f"{import_everything()} modules imported")
    print(f"{load_every_dag()} DAGs loaded")
    print(f"{serve_every_page()} addresses of the board served")
    print(f"{write_every_export()} formats exported")
