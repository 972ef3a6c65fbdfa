"""The sandbox's controls, for tests: faults, counters, settings, and what the vendors hold."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import requests
from pydantic import TypeAdapter

from sandbox.bsale.client import BsaleSwitches
from sandbox.protheus.fields import CREDIT_SIDE, DEBIT_SIDE, SIDES
from sandbox.sga.books import Books
from sandbox.sga.profile import Profile
from sandbox.sge.client import SgeSwitches
from sandbox.zeta.client import ZetaSwitches

TIMEOUT = 30


@dataclass(frozen=True)
class ErpDocument:
    """A document of the ERP. ``key`` is its CT2_KEY; ``reverses`` is ``lot/sublot/document`` of what it mirrors."""

    tenant: str
    entry_date: date
    lot: str
    sublot: str
    document: str
    live: bool
    reverses: str
    key: str
    inserted_at: datetime
    deleted_at: datetime | None
    lines: list[dict[str, str]]

    @property
    def debit(self) -> Decimal:
        """Sum of the debits."""
        return self._total(DEBIT_SIDE)

    @property
    def credit(self) -> Decimal:
        """Sum of the credits."""
        return self._total(CREDIT_SIDE)

    def balance(self, account: str) -> Decimal:
        """Debits less credits of one account."""
        debits, credits = (
            sum(Decimal(line["CT2_VALOR"]) for line in self.lines if line[side["account"]] == account)
            for side in (DEBIT_SIDE, CREDIT_SIDE)
        )
        return Decimal(debits - credits)

    def _total(self, side: dict[str, str]) -> Decimal:
        amounts = (Decimal(line["CT2_VALOR"]) for line in self.lines if side in SIDES[line["CT2_DC"]])
        return sum(amounts, Decimal("0.00"))


class SandboxClient:
    """A sandbox somewhere, by its base address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self.faults = FaultSwitches(self)
        self.sge = SgeSwitches(self.call)
        self.zeta = ZetaSwitches(self.call)
        self.bsale = BsaleSwitches(self.call)

    def reset(self) -> None:
        """Everything as if just started on an empty state."""
        self.call("POST", "reset")

    def calls(self, vendor: str = "", operation: str = "", **keys: str) -> int:
        """How many calls arrived, of a vendor, an operation, with these keys (``tenant``, ``caja``, ``lot``, ...)."""
        counts = self.call("GET", "calls", params={"vendor": vendor, "operation": operation, **keys})
        return sum(number for operations in counts.values() for number in operations.values())

    def books(self, tenant: str, caja: int, day: date) -> Books:
        """SGA's own books of a box and day."""
        place = {"tenant": tenant, "caja": caja, "fecha": day.isoformat()}
        return TypeAdapter(Books).validate_python(self.call("GET", "sga/books", params=place))

    def open_box(self, tenant: str, caja: int, closed_on: int = 6) -> None:
        """A new cash box in SGA, with its weekday of rest (0 = Monday)."""
        self.call("POST", "sga/boxes", json={"tenant": tenant, "caja": caja, "closed_on": closed_on})

    def set_profile(self, profile: Profile, tenant: str = "", caja: int | None = None) -> None:
        """What SGA's days look like that nobody has asked for yet: of a box, of a tenant's boxes, of all."""
        new = {"tenant": tenant, "caja": caja, "profile": profile.model_dump(mode="json")}
        self.call("PUT", "sga/profile", json=new)

    def pay_late(self, tenant: str, caja: int, day: date, form: int, amount: Decimal, *, reopens: bool = False) -> None:
        """A payment appears in SGA on a day that may have been read already, in a new session where one ``reopens``."""
        late = {"tenant": tenant, "caja": caja, "fecha": day.isoformat(), "form": form, "amount": str(amount)}
        late |= {"reopens": reopens}
        self.call("POST", "sga/payments", json=late)

    def change_payment(self, tenant: str, invoice: str, **fields: Any) -> None:
        """Changes the first payment of an invoice in SGA, as a person would: another ``amount`` or ``scholarship``;
        ``remove=True`` takes it out of its day."""
        said = {name: str(value) if isinstance(value, Decimal) else value for name, value in fields.items()}
        self.call("PATCH", "sga/payments", json={"tenant": tenant, "invoice": invoice, **said})

    def set_protheus(self, **settings: Any) -> None:
        """Changes how the ERP's site behaves: see ``sandbox.protheus.settings.Settings``."""
        self.call("PATCH", "protheus/settings", json=settings)

    def protheus_ledger(self, **which: Any) -> list[ErpDocument]:
        """The ERP's documents, oldest first, deleted ones too; by ``tenant, day, lot, sublot`` or ``live``."""
        return TypeAdapter(list[ErpDocument]).validate_python(self.call("GET", "protheus/documents", params=which))

    def edit_document(self, document: ErpDocument, line: int, **fields: str) -> None:
        """Changes a line (from 1) of a document of the ERP, as a person would on the screen."""
        change = _place(document) | {"line": line, "fields": fields}
        self.call("PATCH", "protheus/documents", json=change)

    def remove_document(self, document: ErpDocument) -> None:
        """Deletes a document of the ERP, as a person would on the screen."""
        self.call("DELETE", "protheus/documents", json=_place(document))

    def change_master(self, table: str, code: str, tenant: str = "", **fields: str) -> None:
        """Changes a row of a master table of the ERP (``CT1``), or adds one, as a person would on the screen; of all
        tenants, unless one is named."""
        self.call("PATCH", "protheus/masters", json={"table": table, "code": code, "tenant": tenant, "fields": fields})

    def remove_master(self, table: str, code: str, tenant: str = "") -> None:
        """Deletes a row of a master table of the ERP."""
        self.call("PATCH", "protheus/masters", json={"table": table, "code": code, "tenant": tenant, "fields": None})

    def restore_protheus(self, instant: datetime) -> int:
        """The ERP as it was at an instant (aware), from a backup; gives the number of documents that were lost."""
        return self.call("POST", "protheus/restore", json={"instant": instant.isoformat()})

    def call(self, method: str, path: str, **request: Any) -> Any:
        """A control's answer; raises requests.HTTPError with the sandbox's own words if it refuses."""
        response = self._http.request(method, f"{self.url}/_sandbox/{path}", timeout=TIMEOUT, **request)
        if not response.ok:
            raise requests.HTTPError(f"{method} {path}: {response.status_code} {response.text}", response=response)
        return response.json()


def _place(document: ErpDocument) -> dict[str, str]:
    return {
        "tenant": document.tenant,
        "entry_date": document.entry_date.isoformat(),
        "lot": document.lot,
        "sublot": document.sublot,
        "document": document.document,
    }


class FaultSwitches:
    """Switches faults on and off: see ``sandbox.faults.Fault`` for what there is."""

    def __init__(self, sandbox: SandboxClient) -> None:
        self._sandbox = sandbox

    def add(self, action: str, **particulars: Any) -> int:
        """Switches a fault on: ``add("drop_after", vendor="protheus", operation="insert", match={"lot": "1"})``."""
        return self._sandbox.call("POST", "faults", json={"action": action, **particulars})

    def remove(self, number: int | None = None) -> None:
        """Switches one off, or all."""
        self._sandbox.call("DELETE", "faults", params={"number": number})

    def release(self, number: int | None = None) -> int:
        """Lets the calls go on that still wait, of one fault or of all, to their end; gives their number."""
        return self._sandbox.call("POST", "faults/release", params={"number": number})

    def all(self) -> list[dict]:
        """Those that are on, each with ``met``: how many calls it has fitted."""
        return self._sandbox.call("GET", "faults")
