"""
### Probing a site of the ERP

Posting counts on how the ERP behaves: an unused sublot numbers from 000001, a delete says clearly that a document is
not there, a refused entry leaves nothing, and so on. Sites differ. Before the first real posting, and after each
change of the ERP's version or settings, run this once **for a test company of the same site**: it books entries of a
few cents in a lot that nobody uses, looks at what becomes of them, and deletes them.

**Trigger** it and fill in the form. The log then has a line for each assumption: what was done, what was seen, whether
it holds, and what posting does where it does not. What was found is kept in `erp.capability`, and posting goes by it,
for the company that was probed and for the others of the same connection that were not probed themselves.

**When it fails**, its last sentence says why: a form to fill in otherwise (a lot that a cash box owns, an account that
takes no entry, a closed period), an assumption without which nothing is posted to this site, or an entry that could
not be deleted, with its address. Running it again is always safe, and removes what an earlier run had to leave.
"""

from datetime import timedelta

from airflow.sdk import DAG

from cierre.orchestration.watch import ONE_RUN
from operators.probe import ProbeOperator, params

with DAG(
    dag_id="erp_probe",
    dag_display_name="ERP: prueba del sitio",
    description="Puts what posting assumes of the ERP's site to the test, in a test company, and keeps the result.",
    doc_md=__doc__,
    schedule=None,
    **ONE_RUN,
    params=params(),
    tags=["erp"],
    default_args={
        "owner": "cierre",
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=1),
    },
):
    ProbeOperator(task_id="probe")
