"""Days of payments as a school has them, the same at each call."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cierre.bookkeeping.documents import Document, Kind

DAY = date(2024, 9, 6)
BOX, MAPPING = "itb_caja_164", "sga_ecuador"


def payments(count: int, seed: int = 0) -> Iterator[Document]:
    """So many payments of DAY: a fifth with a promotion or a scholarship, one in a thousand a fraud."""
    rng = random.Random(count + seed)

    def cents(most: int, odds: float = 1) -> Decimal:
        return Decimal(rng.randint(1, most) if rng.random() < odds else 0).scaleb(-2)

    for number in range(count):
        amounts = {"net": cents(50_000), "promotion": cents(5_000, 0.2), "scholarship": cents(5_000, 0.2)}
        attributes = {
            "form": rng.choice(["1", "2", "4", "5", "6", "9", "12", "16"]),
            "revenue_type": str(rng.randint(1, 10)),
            "programme": str(rng.randint(1, 5)),
            "fraud": "true" if rng.random() < 0.001 else "false",
        }
        yield Document(
            source="sga",
            kind=Kind.PAYMENT,
            source_id=f"0-{number:012x}-1",
            business_date=DAY,
            currency="USD",
            form=attributes["form"],
            amounts=amounts | {"gross": sum(amounts.values(), Decimal(0))},
            attributes=attributes,
            place=f"0/PAGOS/{number}",
            reference=f"001-002-{number:09}",
        )
