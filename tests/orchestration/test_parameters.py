"""Parameters that a run was given and nobody knows: refused with what was meant, whatever the step."""

from datetime import date
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.loader import cash_box
from cierre.language.say import in_language
from cierre.orchestration.builder import STEPS
from operators.form import params
from operators.parameters import UnknownParameters, refuse_unknown
from operators.probe import ProbeOperator

BOX, DAY = cash_box("itb_caja_164"), date(2024, 9, 6)


def context(given: dict, *, merged: bool = True) -> dict:
    """A task's context; Airflow merges what a run was given into the parameters, unless it is told not to."""
    defaults = {"business_date": None, "dry_run": False}
    run = SimpleNamespace(conf=given, partition_key=str(DAY), run_type="manual", run_id="r", triggering_user_name="ana")
    return {"dag_run": run, "params": {**defaults, **given} if merged else defaults}


@pytest.mark.parametrize(
    "name",
    ["dryrun", "Dry_run", "DRY_RUN", "dry-run", "dry run", "dry_runn", "drry_run", "ensayo", "Ensayo", " dry_run"],
)
@pytest.mark.parametrize("merged", [True, False])
def test_a_misspelt_dry_run_is_refused_with_what_was_meant(name, merged):
    with pytest.raises(UnknownParameters) as refused:
        refuse_unknown(BOX.name, context({name: True}, merged=merged), params(BOX))
    assert str(refused.value) == (
        f"Caja 164, ITB: the run was started with parameters that do not exist here: {name} (did you mean dry_run?)."
        " There are business_date, dry_run. Nothing was read or posted now. Trigger it again with the right names."
    )


@pytest.mark.parametrize("name", ["businessdate", "business-date", "bussines_date", "fecha_de_caja", "Fecha de caja"])
def test_a_misspelt_date_too(name):
    with pytest.raises(UnknownParameters, match=r"\(did you mean business_date\?\)"):
        refuse_unknown(BOX.name, context({name: str(DAY)}), params(BOX))


def test_a_name_like_none_is_refused_without_a_guess_and_several_are_told_at_once():
    with pytest.raises(UnknownParameters, match=r"here: force, dryrun \(did you mean dry_run\?\)\. There are"):
        refuse_unknown(BOX.name, context({"force": 1, "dryrun": True}), params(BOX))


def test_what_only_zetas_boxes_are_asked_is_unknown_to_others():
    given = context({"query_in_business_hours": True})
    refuse_unknown("Zeta", given, params(cash_box("itb_uruguay_1_1")))
    with pytest.raises(UnknownParameters, match="query_in_business_hours"):
        refuse_unknown(BOX.name, given, params(BOX))


@pytest.mark.parametrize("given", [{}, None, {"dry_run": True}, {"business_date": "2024-09-06", "dry_run": False}])
def test_what_the_form_sends_is_taken(given):
    refuse_unknown(BOX.name, context(given or {}), params(BOX))


def test_it_is_said_in_the_companys_language():
    with in_language("es"), pytest.raises(UnknownParameters, match=r"dryrun \(¿quiso decir dry_run\?\)\. Hay"):
        refuse_unknown(BOX.name, context({"dryrun": True}), params(BOX))


@pytest.mark.parametrize("step", STEPS)
def test_every_step_refuses_before_it_opens_anything(step, monkeypatch):
    monkeypatch.setattr("operators.at_work.box_day.open_ledger", lambda *_: pytest.fail("the ledger was opened"))
    with pytest.raises(AirflowFailException, match="dryrun"):
        STEPS[step](task_id=step, box=BOX.id).execute(context({"dryrun": True}))


def test_the_probe_refuses_before_it_writes_anywhere(monkeypatch):
    monkeypatch.setattr("operators.probe.open_ledger", lambda *_: pytest.fail("the ledger was opened"))
    given = context({"tenant": "T1,D MG 01", "lott": "PROBE1"})
    with pytest.raises(AirflowFailException, match=r"erp_probe: .*lott \(.*lot\?\)"):
        ProbeOperator(task_id="probe").execute(given | {"params": given["dag_run"].conf})
