"""An ERP that answers each write after 300 ms and keeps what it booked; of inserts, some answers or requests are lost.

    python -m benchmarks.erp_site PORT '{"delay": 0.3, "fault_every": 10}'       0: no faults

Every tenth insert meets a fault, by turns: it is booked and the connection breaks before the answer, or the connection
breaks and nothing was booked.
"""

import asyncio
import json
import sys
from collections import Counter
from decimal import Decimal

from benchmarks.site import Answer, Request, serve

Cover = tuple[str, str, str, str]


class Erp:
    """The ERP's true ledger."""

    def __init__(self, delay: float, fault_every: int) -> None:
        self.delay, self.fault_every = delay, fault_every
        self.numbers: Counter[Cover] = Counter()
        self.documents: dict[tuple[Cover, str], tuple[str, Decimal]] = {}
        self.calls = self.inserts = self.faults = 0

    async def __call__(self, request: Request) -> Answer | None:
        """Answers one request."""
        if request.path == "/_figures":
            documents = [[key, str(total)] for key, total in self.documents.values()]
            return Answer(json.dumps({"calls": self.calls, "faults": self.faults, "documents": documents}).encode())
        self.calls += 1
        asked = json.loads(request.body, parse_float=Decimal)
        tenant = request.headers["tenantid"]
        cover = (tenant, asked["CT2_DATA"], asked["CT2_LOTE"], asked["CT2_SBLOTE"])
        if request.path.endswith("/delete"):
            return await self.delete(cover, asked["CT2_DOC"])
        return await self.insert(cover, asked["ITENS"])

    async def insert(self, cover: Cover, items: list[dict]) -> Answer | None:
        """Books a document under the address's next number."""
        self.inserts += 1
        fault = ""
        if self.fault_every and self.inserts % self.fault_every == 0:
            self.faults += 1
            fault = "answer" if self.faults % 2 else "request"
        await asyncio.sleep(self.delay)
        if fault == "request":
            return None
        self.numbers[cover] += 1
        document = f"{self.numbers[cover]:06d}"
        total = sum((Decimal(item["CT2_VALOR"]) for item in items if item["CT2_DC"] == "1"), Decimal(0))
        self.documents[cover, document] = (items[0]["CT2_KEY"], total)
        return None if fault else self.said(cover, document)

    async def delete(self, cover: Cover, document: str) -> Answer:
        """Removes a document."""
        await asyncio.sleep(self.delay)
        found = self.documents.pop((cover, document), None)
        return self.said(cover, document, "" if found else "Documento no encontrado")

    def said(self, cover: Cover, document: str, error: str = "") -> Answer:
        """The routine's answer."""
        group, _, branch = cover[0].partition(",")
        said = {"GrupoEmpresa": group, "CT2_FILIAL": branch, "CT2_DOC": document, "error": error}
        return Answer(json.dumps(said).encode())


if __name__ == "__main__":
    serve(Erp(**json.loads(sys.argv[2])), int(sys.argv[1]))
