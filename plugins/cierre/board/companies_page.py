"""What the files say of companies and of their boxes, for people to read; each has a form to change it."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from cierre.accounting_files.companies import Company, companies
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.periods import open_from
from cierre.board.access import ViewerDep
from cierre.board.file_access import FileAccess, of_company
from cierre.board.pages import PageDep
from cierre.bookkeeping.cash_box import CashBox

router = APIRouter(prefix="/companies")


@dataclass(frozen=True, slots=True)
class CompanyView:
    """A company with its boxes that the person may see. ``said`` is what ``companies.yaml`` says of it, None where it
    says nothing or is wrong; ``periods`` the first open date of each of its tenants, None where nobody says one."""

    id: str
    said: Company | None
    periods: dict[str, date | None]
    boxes: list[CashBox]
    access: FileAccess


@router.get("")
def companies_page(viewer: ViewerDep, page: PageDep) -> Response:
    """The companies of the person's boxes: settings, open periods, boxes, and who approves what of them."""
    wrong = []
    try:
        known = companies()
    except MappingError as error:
        known, wrong = {}, [str(one) for one in error.findings]
    by_company: dict[str, list[CashBox]] = {company: [] for company in known if of_company(viewer, company).boxes}
    for box in viewer.boxes.values():
        by_company.setdefault(box.company, []).append(box)
    found = []
    for company, boxes in sorted(by_company.items(), key=lambda item: not item[1]):
        try:
            periods = {tenant: open_from(tenant) for tenant in sorted({box.erp.tenant for box in boxes})}
        except MappingError as error:
            periods = {}
            wrong += [said for said in map(str, error.findings) if said not in wrong]
        found.append(CompanyView(company, known.get(company), periods, boxes, of_company(viewer, company)))
    may_add = of_company(viewer, "").may_propose
    return page.render("companies.html", found=found, wrong=wrong, rules=_rules, may_add=may_add)


def _rules(box: CashBox) -> dict[str, object]:
    """What a box's file says of approvals, beyond what holds for all, by the names of the fields."""
    said = box.approvals.model_dump(exclude_defaults=True)
    return {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in said.items()}
