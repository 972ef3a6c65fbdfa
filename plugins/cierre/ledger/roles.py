"""The names of an installation's roles and logins in PostgreSQL.

All begin with the name of the installation, so that several share a server: ``cierre_owner`` and so on.
"""

from typing import NamedTuple

INSTALLATION = "cierre"
"""What the names begin with, where nobody chose another name."""


class Roles(NamedTuple):
    """The ledger's roles: who owns it, who closes days in it, who looks at it; ``person`` is a group, whose members are
    people's own logins."""

    owner: str
    application: str
    reader: str
    person: str

    @classmethod
    def of(cls, installation: str = INSTALLATION) -> "Roles":
        """The roles of an installation by its name."""
        return cls(*(f"{installation}_{name}" for name in cls._fields))


def airflow_login(installation: str = INSTALLATION) -> str:
    """The login of Airflow's own database."""
    return f"{installation}_airflow"


def celery_login(installation: str = INSTALLATION) -> str:
    """The login of Celery's results, which stand in a schema of their own beside Airflow's tables."""
    return f"{installation}_celery"


def logins(installation: str = INSTALLATION) -> list[str]:
    """Everybody who logs in: owner, application and reader of the ledger, Airflow, and Celery for its results."""
    roles = Roles.of(installation)
    return [roles.owner, roles.application, roles.reader, airflow_login(installation), celery_login(installation)]
