"""What somebody else posts to the ERP."""

from datetime import date

import requests

from sandbox.client import SandboxClient


def foreign_document(
    sandbox: SandboxClient,
    lot: str,
    sublot: str,
    amount: str,
    key: str = "",
    *,
    day: date = date(2024, 9, 6),
    tenant: str = "T1,D MG 01 ",
) -> None:
    """Makes an entry in the ERP on a ``day``, in the first school's ``tenant`` or another; by its ``key`` it may look
    like one of ours."""
    line = {"CT2_VALOR": float(amount), "CT2_HIST": "Manual", "CT2_KEY": key}
    items = [
        {"CT2_DC": "1", "CT2_DEBITO": "1.1.01.001", **line},
        {"CT2_DC": "2", "CT2_CREDIT": "2.1.01.002", **line},
    ]
    answer = requests.post(
        f"{sandbox.url}/protheus/api/ctb/accountingentry/insert",
        json={"CT2_DATA": f"{day:%d/%m/%Y}", "CT2_LOTE": lot, "CT2_SBLOTE": sublot, "ITENS": items},
        headers={"tenantId": tenant},
        auth=("cierre", "sandbox"),
        timeout=10,
    )
    assert answer.json()["error"] == ""
