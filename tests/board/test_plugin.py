"""What Airflow is told of the board, and what that costs processes that never show it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import cierre_plugin
from cierre_plugin import CierrePlugin

PLUGINS = Path(cierre_plugin.__file__).parent


def board() -> dict:
    """The board, among what is mounted."""
    (found,) = [one for one in CierrePlugin.fastapi_apps if one["name"] == "Cierre"]
    return found


def test_what_lies_below_the_boards_address_is_mounted_before_it():
    assert [one["url_prefix"] for one in CierrePlugin.fastapi_apps] == ["/cierre/sge", "/cierre"]


def test_the_menus_entry_leads_to_where_the_board_is_mounted():
    (view,) = CierrePlugin.external_views
    mounted = board()
    assert view["href"].endswith(mounted["url_prefix"] + "/")
    assert view["destination"] == "nav"
    for icon in (view["icon"], view["icon_dark_mode"]):
        assert (PLUGINS / "cierre" / "board" / "static" / icon.rpartition("/")[2]).is_file()


def test_a_task_that_reads_the_plugin_does_not_pay_for_the_board():
    heavy = {"cierre.board.app", "cierre.served_invoices", "xlsxwriter"}
    code = f"import sys, cierre_plugin; print(bool({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PLUGINS, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_what_is_mounted_is_the_board():
    sent = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/cierre/",
        "root_path": "/cierre",
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("x", 80),
        "client": ("x", 1),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(board()["app"](scope, receive, send))
    assert sent[0]["status"] == 401
