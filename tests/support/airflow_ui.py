"""Airflow's web UI, as an accountant uses it: steps for browser tests, whatever the language of its labels."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Locator, Page, Response, expect

CLEAR = re.compile(r"shift\+c", re.IGNORECASE)
CONFIRM = re.compile(r"^(Confirmar|Confirm)$")
BACKFILL = re.compile(r"^(Ejecutar Backfill|Run Backfill)$")


class AirflowUi:
    """The pages of Airflow on ``page``."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def trigger_form(self, dag_id: str) -> Locator:
        """Opens a DAG and its trigger form; returns the form."""
        self.page.goto(f"/dags/{dag_id}")
        self.page.get_by_test_id("trigger-dag-button").click()
        return self._dialog()

    def pick_business_date(self, form: Locator, day: date) -> None:
        """Types a day into the form's date picker."""
        form.locator("input[name=element_business_date]").fill(str(day))

    def submit(self, form: Locator) -> str:
        """Triggers; returns the id of the run that Airflow made."""
        with self.page.expect_response(_answers("POST", r"/dagRuns$")) as answer:
            form.get_by_test_id("trigger-dag-submit").click()
        return answer.value.json()["dag_run_id"]

    def backfill_form(self, dag_id: str, first: date, last: date) -> tuple[Locator, list[str]]:
        """Fills in the backfill form; returns it with the days that it says it will run."""
        form = self.trigger_form(dag_id)
        form.get_by_text("Backfill", exact=True).click()
        self._pick(form, 0, first, "00:00")
        with self.page.expect_response(_foresees(str(last))) as foreseen:
            self._pick(form, 1, last, "23:59")
        return form, [run["partition_key"] for run in foreseen.value.json()["backfills"]]

    def run_backfill(self, form: Locator, at_once: int) -> None:
        """Runs the backfill of a form that is filled in."""
        form.locator("input[name=max_active_runs]").fill(str(at_once))
        with self.page.expect_response(_answers("POST", r"/backfills$")):
            form.get_by_role("button", name=BACKFILL).click()

    def task(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Opens a task of a run: its log."""
        self.page.goto(f"/dags/{dag_id}/runs/{run_id}/tasks/{task_id}")
        expect(self.page.get_by_test_id("virtual-scroll-container")).to_be_visible()

    def clear(self) -> None:
        """Clears the task that is open, with those after it."""
        self.page.get_by_role("button", name=CLEAR).click()
        with self.page.expect_response(_answers("POST", r"/clearTaskInstances$", '"dry_run":false')):
            self._dialog().get_by_role("button", name=CONFIRM).click()

    def request_of(self, subject: str) -> None:
        """Opens a request for approval from the list of required actions."""
        self.page.goto("/required_actions")
        self.page.get_by_role("link", name=subject).first.click()

    def answer(self, option: str) -> None:
        """Answers the request that is open."""
        with self.page.expect_response(_answers("PATCH", r"/hitlDetails$")):
            self.page.get_by_role("button", name=option, exact=True).click()

    def _dialog(self) -> Locator:
        return self.page.locator("[role=dialog][data-scope=dialog][data-state=open]")

    def _pick(self, form: Locator, field: int, day: date, time: str) -> None:
        form.get_by_test_id("datetime-input").nth(field).click()
        popover = self.page.locator("[role=dialog][data-scope=popover][data-state=open]")
        popover.get_by_placeholder("YYYY/MM/DD").fill(f"{day:%Y/%m/%d}")
        popover.get_by_placeholder("HH:mm").fill(time)
        popover.get_by_placeholder("HH:mm").press("Enter")
        form.get_by_text("Backfill", exact=True).click()  # anywhere else closes it
        expect(popover).to_be_hidden()


def _answers(method: str, path: str, body: str = "") -> Callable[[Response], bool]:
    def fits(response: Response) -> bool:
        request = response.request
        said = (request.post_data or "").replace(" ", "")
        return request.method == method and bool(re.search(path, response.url)) and body in said

    return fits


def _foresees(day: str) -> Callable[[Response], bool]:
    """The answer on which days a backfill would run, once they go as far as ``day``."""
    dry_run = _answers("POST", r"/backfills/dry_run$")

    def fits(response: Response) -> bool:
        return dry_run(response) and any(run["partition_key"] >= day for run in response.json()["backfills"])

    return fits
