"""A Bsale that holds one day of payments: pages of prepared bytes after 50 ms, a strict limit, and a 429 in place of
every fiftieth answer.

    python -m benchmarks.bsale_site PORT '{"payments": 10000, "limit": 8}'       a limit of 0 is none
"""

import asyncio
import json
import sys
import time
from collections import deque

from benchmarks.site import Answer, Request, serve

DELAY_SECONDS = 0.05
REFUSED_EVERY = 50
MIDNIGHT = 1725580800  # 2024-09-06 in UTC, the day of all payments
NOW = b'{"error": "Too many requests", "retry_after": 0.05}'


def payment(number: int) -> dict:
    """A payment as Bsale words it."""
    node = {"href": f"https://api.bsale.cl/v1/documents/9{number}.json", "id": f"9{number}"}
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
        "payment_type": {"href": "https://api.bsale.cl/v1/payment_types/1.json", "id": str(1 + number % 5)},
        "document": node,
        "office": {"href": "https://api.bsale.cl/v1/offices/1.json", "id": "1"},
        "user": {"href": "https://api.bsale.cl/v1/users/1.json", "id": "1"},
    }


class Bsale:
    """The site. ``limit`` is how many requests any second may hold."""

    def __init__(self, payments: int, limit: int) -> None:
        self.rows = [json.dumps(payment(number)).encode() for number in range(1, payments + 1)]
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
        return Answer(self.page(int(request.query.get("offset", 0)), min(int(request.query.get("limit", 25)), 50)))

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
