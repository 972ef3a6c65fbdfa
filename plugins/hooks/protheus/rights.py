"""Whether a login may post: what the ERP's framework says of its rights (TDN, AccessPrivilegesServices)."""

from cierre.bookkeeping import json_text
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.errors import RetriableError
from hooks.http.hook import describe
from hooks.protheus.query import NOT_OFFERED, Site, get

ROUTINE = "CTBA102"
"""The routine that keeps accounting entries: whoever may not run it may not post."""

RIGHTS = f"/api/framework/v1/accessPrivilegesServices/functionAccess/{ROUTINE}"


def may_post(site: Site, tenant: str = "") -> bool | None:
    """Whether the connection's login may run the routine of entries; None where the site does not tell.

    Only reads. ``tenant`` is sent as it is given, if any. Raises RetriableError or FatalError.
    """
    about = Sentence("rights of the login ({routine})", routine=ROUTINE)
    response = get(site, RIGHTS, tenant, about)
    if response.status_code in NOT_OFFERED:
        return None
    text = site.text(response, about=about, if_lost=RetriableError)
    try:
        answer = json_text.read(text)
    except ValueError:
        answer = None
    access = answer.get("access") if isinstance(answer, dict) else None
    if response.status_code != 200 or not isinstance(access, bool):
        raise site.failure(RetriableError, f"{about}: the answer is {describe(text)}", response)
    return access
