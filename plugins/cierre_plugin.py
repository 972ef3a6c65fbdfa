"""What Airflow must know of the project beyond its DAGs and connection types."""

from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from cierre.orchestration import keep_roles, preload, questions, run_notes
from cierre.orchestration.business_day import BusinessDayTimetable
from cierre.orchestration.priority import BackfillsGiveWay
from cierre.orchestration.reader import ReaderLanguage
from cierre.orchestration.warm_board import WarmBoard


async def close_board(scope: Any, receive: Any, send: Any) -> None:
    """The close board, imported when it is first asked for: every process reads this file, each task's too."""
    from cierre.board.app import app

    await app(scope, receive, send)


async def sge_interface(scope: Any, receive: Any, send: Any) -> None:
    """The SGE's interface, served from the ledger: imported when it is first asked for, too."""
    from cierre.served_invoices.app import app

    await app(scope, receive, send)


# Airflow itself may be served below a path.
BOARD = f"{urlsplit(conf.get('api', 'base_url', fallback='')).path.rstrip('/')}/cierre"


questions.watch()


def under_former_name(kind: type, module: str) -> type:
    """The same under the name that Airflow's database has of runs before version 0.2: they must still be readable."""
    return type(kind.__name__, (kind,), {"__module__": module})


TIMETABLES = [BusinessDayTimetable, under_former_name(BusinessDayTimetable, "timetables.business_day")]
PRIORITIES = [BackfillsGiveWay, under_former_name(BackfillsGiveWay, "cash_close.priority")]


class CierrePlugin(AirflowPlugin):
    """Registers the business-day timetable, without which no DAG of a cash box can be stored or scheduled, the order
    in which tasks go, what happens as a run begins and ends, what becomes of questions to people (above) and in which
    language an answer is refused, the close board in Airflow's menu, and the SGE's interface beside it."""

    name = "cierre"
    timetables = TIMETABLES
    priority_weight_strategies = PRIORITIES
    listeners = [run_notes, preload, keep_roles]  # noqa: RUF012
    fastapi_apps = [  # noqa: RUF012
        # Before the board, below whose address it is.
        {"app": sge_interface, "url_prefix": "/cierre/sge", "name": "Cierre: SGE"},
        {"app": close_board, "url_prefix": "/cierre", "name": "Cierre"},
    ]
    fastapi_root_middlewares = [  # noqa: RUF012
        {"middleware": ReaderLanguage, "args": [], "kwargs": {}, "name": "Cierre"},
        {"middleware": WarmBoard, "args": [], "kwargs": {}, "name": "Cierre: the board is prepared"},
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Cierre",
            "href": f"{BOARD}/",
            "destination": "nav",
            "url_route": "cierre",
            "nav_top_level": True,
            "icon": f"{BOARD}/static/icon.svg",
            "icon_dark_mode": f"{BOARD}/static/icon-dark.svg",
        }
    ]
