"""How one site of the ERP differs from another: the sandbox's switches, and its tenants."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

HISTORY_SIZE = 40
MAX_LINES = 999
"""``CT2_LINHA`` has three characters."""
KEY_SIZE = 200


class Settings(BaseModel):
    """How this site behaves; the defaults are those of the contract.

    ``business_error_status``: HTTP status of a refusal (200 or 400; which, real sites decide).
    ``not_found_as_http_404``: a document that is not there is told by the REST server, as 404, not by the routine.
    ``reuse_deleted_numbers``: a deleted document's number is given again. ``first_number``: where numbering starts.
    ``alphanumeric_sublots``: whether a sublot may have letters. ``max_lines``: of a document, continuations included.
    ``history_size``: characters of CT2_HIST, beyond which a history is continued. ``key_size``: characters of CT2_KEY
    that are kept (0: none). ``atomic_insert``: if not, a refused insert leaves the lines before the refused one.
    ``reversal_has_own_address``: if not, CT2_LOTEST and CT2_SBLOTEST are ignored. ``generic_query``: the books may be
    read by genericQuery; ``protected_fields`` of CT2 that its user may not see. ``pre_entries``: a divergent entry
    (its sides differ, or an account or cost centre is not there or blocked) is not refused but kept, with CT2_TPSALD
    9. ``numbers_ahead``: how many numbers an address is given at once (MV_CTFQTD; 0: one by one), which takes
    ``fresh_sublot_seconds``; a number that a refused entry had taken is not given again then. ``closed_until``: the
    last day of the closed periods; ``closed_months``: others, as ``2024-09``; ``calendar_first``: a delete in a
    closed period is refused before it is looked whether there is anything to delete. ``group_field``: what answers call
    the group of companies (the English page says ``CompanyGroup``). ``lots_in_use``: lots in which somebody
    else is working. ``token_lifetime``: seconds. ``tells_rights``: the framework says what a login may do;
    ``may_post``: whether this one may run the routine of entries.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    business_error_status: int = 200
    not_found_as_http_404: bool = False
    reuse_deleted_numbers: bool = False
    first_number: int = 1
    alphanumeric_sublots: bool = True
    max_lines: int = MAX_LINES
    history_size: int = HISTORY_SIZE
    key_size: int = KEY_SIZE
    atomic_insert: bool = True
    reversal_has_own_address: bool = True
    generic_query: bool = True
    protected_fields: frozenset[str] = frozenset()
    pre_entries: bool = False
    numbers_ahead: int = 0
    fresh_sublot_seconds: float = 0
    closed_until: date | None = None
    closed_months: frozenset[str] = frozenset()
    calendar_first: bool = False
    group_field: str = "GrupoEmpresa"
    lots_in_use: frozenset[str] = frozenset()
    token_lifetime: float = 3600
    tells_rights: bool = True
    may_post: bool = True


@dataclass(frozen=True)
class Tenant:
    """Group of companies and branch; the branch with its padding, as it is answered."""

    group: str
    branch: str


TENANTS = {
    f"{group},{branch}".rstrip(): Tenant(group, branch)
    for group, branch in (
        ("T1", "D MG 01 "),
        ("T1", "D MG 02 "),
        ("T1", "D MG 03 "),
        ("T1", "D CL 01 "),
        ("T1", "D UY 01 "),
        ("T1", "D ES 01 "),
        ("T9", "TEST 01 "),
    )
}
"""By their ``tenantId``, stripped at the end: HTTP takes the padding off a header."""
