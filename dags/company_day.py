"""
### A company's day

Runs by itself once **all** cash boxes of the company have closed a business date, however they did (by schedule, by
hand, by backfill): it adds up what the boxes compared, source to ERP, and tells the company's people in one digest with
a table of the boxes and a chart of the money by form of payment. Days that are closed one after the other are told in
one digest: their runs wait until the boxes have closed nothing for five minutes, and the first tells all.

A box that is closed again (a correction) does not repeat the digest by itself: trigger this DAG with the day as
partition key. **When it fails**, its log names the boxes that are not closed; close their day, then clear the task.
Clearing it is always safe: it books and posts nothing.
"""

from airflow.sdk import get_parsing_context

from cierre.orchestration.company import PREFIX, boxes_by_company, company_day

asked = get_parsing_context().dag_id

for company, boxes in boxes_by_company().items():
    if asked in (None, PREFIX + company):
        globals()[PREFIX + company] = company_day(company, boxes, __doc__)
