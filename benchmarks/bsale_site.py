"""A Bsale that holds one day of payments: prepared bytes after 50 ms, a strict limit, and a 429 in place of every
fiftieth answer. It has all that a landing asks for: lists by state, totals, counts, kinds of documents.

    python -m benchmarks.bsale_site PORT '{"payments": 10000, "limit": 8}'       a limit of 0 is none
"""

import asyncio
import json
import sys
import time
from collections import defaultdict, deque

from benchmarks.site import Answer, Request, serve

DELAY_SECONDS = 0.05
REFUSED_EVERY = 50
MIDNIGHT = 1725580800  # 2024-09-06 in UTC, the day of all payments
NOW = b'{"error": "Too many requests", "retry_after": 0.05}'


FORMS = 5
KINDS = [
    {"id": 1, "name": "Boleta Electrónica", "codeSii": "39", "isExempt": 0, "isCreditNote": 0},
    {"id": 5, "name": "Factura Electrónica", "codeSii": "33", "isExempt": 0, "isCreditNote": 0},
]


def totals(payments: list[dict]) -> list[dict]:
    """What payments come to by form and kind of document, as Bsale words it."""
    codes = {str(kind["id"]): kind["codeSii"] for kind in KINDS}
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for row in payments:
        sums[row["payment_type"]["id"], codes[row["document"]["document_type"]["id"]]] += row["amount"]
    return [
        {
            "recordDate": MIDNIGHT,
            "paymentTypeTotalAmount": float(amount),
            "paymentTypeId": form,
            "isClientCredit": 0,
            "codesii": code,
            "officeId": 1,
        }
        for (form, code), amount in sorted(sums.items())
    ]


def payment(number: int) -> dict:
    """A payment as Bsale words it."""
    kind = KINDS[number % len(KINDS)]
    node = {
        "href": f"https://api.bsale.cl/v1/documents/9{number}.json",
        "id": 90_000_000 + number,
        "number": number,
        "document_type": {"href": f"https://api.bsale.cl/v1/document_types/{kind['id']}.json", "id": str(kind["id"])},
    }
    return {
        "href": f"https://api.bsale.cl/v1/payments/{number}.json",
        "id": number,
        "recordDate": MIDNIGHT,
        "amount": 990 + number * 7919 % 200_000,
        "operationNumber": None,
        "accountingDate": "",
        "checkDate": None,
        "checkNumber": None,
        "checkAmount": None,
        "checkTaken": 0,
        "isCreditPayment": 0,
        "createdAt": MIDNIGHT + 12 * 3600 + number,
        "state": 0,
        "payment_type": {
            "href": f"https://api.bsale.cl/v1/payment_types/{1 + number % FORMS}.json",
            "id": 1 + number % FORMS,
            "isClientCredit": 0,
        },
        "document": node,
        "office": {"href": "https://api.bsale.cl/v1/offices/1.json", "id": "1"},
        "user": {"href": "https://api.bsale.cl/v1/users/1.json", "id": "1"},
    }


class Bsale:
    """The site. ``limit`` is how many requests any second may hold."""

    def __init__(self, payments: int, limit: int) -> None:
        day = [payment(number) for number in range(1, payments + 1)]
        self.rows = [json.dumps(row).encode() for row in day]
        self.totals = totals(day)
        self.limit = limit
        self.pages: dict[tuple[int, int], bytes] = {}
        self.served = self.over_the_limit = self.refused = self.asked = 0
        self.lately: deque[float] = deque()
        for offset in range(0, payments, 50):
            self.page(offset, 50)

    async def __call__(self, request: Request) -> Answer:
        """Answers one request."""
        if request.path == "/_figures":
            counted = {"calls": self.asked, "over_the_limit": self.over_the_limit, "refused": self.refused}
            self.asked = self.over_the_limit = self.refused = 0
            return Answer(json.dumps(counted).encode())
        self.asked += 1
        if not self.admits():
            self.over_the_limit += 1
            return Answer(b'{"error": "Too many requests"}', 429, {"Retry-After": "1"})
        self.served += 1
        is_refused = self.served % REFUSED_EVERY == 0
        await asyncio.sleep(DELAY_SECONDS)
        if is_refused:
            self.refused += 1
            return Answer(NOW, 429)
        offset, limit = int(request.query.get("offset", 0)), min(int(request.query.get("limit", 25)), 50)
        if request.path.endswith("/group_payment_types.json"):
            return Answer(json.dumps(self.totals[offset : offset + limit]).encode())
        if request.path.endswith("/count.json"):
            return Answer(b'{"count": %d}' % len(self.rows))
        if request.path.endswith("/document_types.json"):
            return Answer(json.dumps({"count": len(KINDS), "items": KINDS[offset : offset + limit]}).encode())
        if request.query.get("state") == "1":
            return Answer(b'{"count": 0, "items": []}')
        return Answer(self.page(offset, limit))

    def admits(self) -> bool:
        """Whether no second would hold more requests than the limit with this one."""
        now = time.monotonic()
        while self.lately and now - self.lately[0] >= 1:
            self.lately.popleft()
        if self.limit and len(self.lately) >= self.limit:
            return False
        self.lately.append(now)
        return True

    def page(self, offset: int, limit: int) -> bytes:
        """A page's bytes."""
        if (offset, limit) not in self.pages:
            rows = b",".join(self.rows[offset : offset + limit])
            head = f'{{"href": "…", "count": {len(self.rows)}, "limit": {limit}, "offset": {offset}, "items": ['
            self.pages[offset, limit] = head.encode() + rows + b"]}"
        return self.pages[offset, limit]


if __name__ == "__main__":
    serve(Bsale(**json.loads(sys.argv[2])), int(sys.argv[1]))
