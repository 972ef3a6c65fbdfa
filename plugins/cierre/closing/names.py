"""What a cash box's close is called, where Airflow shows it."""

NO_COMPANY = "cierre"
"""Whose language the DAGs of no company speak: those who look after Cierre itself (companies.yaml)."""

PREFIX = "cash_close__"
"""Of the id of a cash box's DAG; the box's id follows."""

SECOND_LOOK = "second_look"
"""The id of the DAG that reads closed days again, and the name of its pool."""

TIE_OUT = "tie_out"
"""The id of the DAG that ties out months with the ERP."""

TITLE = ": cierre de caja"
"""Follows the cash box's name in the title of its DAG."""

ASK_AGAIN = "ask_again"
"""The method by which a step goes on that waited for a vendor that was down; so the board knows who waits for one."""

RAN_BY = "ran_by"
"""Under which the answer to a question names the people who ran its run."""

COMMENT = "comment"
"""Under which the answer to a question brings what the person says to it."""
