"""The roles that the DAGs name are there, made by the DAG processor: FAB refuses a DAG that names a role it does not
know, and Airflow then sets aside every DAG of that file. So they are made before the first file is read, and again
where one is missed: a company is new, or somebody deleted its role.
"""

import sys
from typing import Any

from airflow.listeners import hookimpl
from airflow.utils.session import create_session

from cierre.orchestration.roles import approver, is_fab, operator, reader

Permissions = tuple[tuple[str, str], ...]

# Which DAGs these hold for, the DAGs say: FAB asks for both. Pools, connections and assets, which name other companies'
# boxes and have no such say, are not among them.
LOOKS: Permissions = (
    *(
        ("can_read", what)
        for what in ("Website", "Plugins", "DAG Runs", "Task Instances", "Task Logs", "XComs", "HITL Detail",
                     "DAG Code", "DAG Dependencies", "DAG Versions", "DAG Warnings", "My Profile", "My Password")
    ),
    *(("can_edit", what) for what in ("My Profile", "My Password")),
    *(("menu_access", what) for what in ("DAGs", "Browse", "DAG Runs", "Task Instances", "HITL Detail")),
)  # fmt: skip
DECIDES: Permissions = (*LOOKS, ("can_edit", "HITL Detail"))
CLOSES: Permissions = (
    *DECIDES,
    ("can_create", "DAG Runs"),
    *(("can_edit", what) for what in ("DAG Runs", "Task Instances")),
)
# FAB's own roles, which hold for all companies, lack the menu's entries for the board and for approvals.
BESIDE: Permissions = (("can_read", "Plugins"), ("menu_access", "HITL Detail"))


def keep_roles() -> None:
    """Makes what is missing of every company's roles, and takes nothing from them. Safe to repeat."""
    from airflow.providers.fab.www.security_appless import ApplessAirflowSecurityManager

    from cierre.orchestration.company import boxes_by_company

    roles = {"Viewer": BESIDE, "User": BESIDE}
    for company in boxes_by_company():
        roles |= {reader(company): LOOKS, approver(company): DECIDES, operator(company): CLOSES}
    with create_session(scoped=False) as session:
        ApplessAirflowSecurityManager(session).bulk_sync_roles(
            {"role": role, "perms": permissions} for role, permissions in roles.items()
        )


@hookimpl
def on_starting(component: Any) -> None:
    """Before the DAG processor reads its first file. (Its job does not know yet whose it is: the command line does.)"""
    if type(component).__name__ == "Job" and "dag-processor" in sys.argv and is_fab():
        keep_roles()


@hookimpl
def on_new_dag_import_error(filename: str, stacktrace: str) -> None:
    """A role is missed: it is there when the file is read next."""
    if is_fab() and "role does not exist" in stacktrace:
        keep_roles()


@hookimpl
def on_existing_dag_import_error(filename: str, stacktrace: str) -> None:
    """It is missed still."""
    on_new_dag_import_error(filename, stacktrace)
