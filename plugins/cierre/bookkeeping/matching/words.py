"""What matching says of money, as people read it."""

WORDS = {
    "in_transit": "in transit",
    "late": "late",
    "missing": "did not arrive",
    "other_currency": "in another currency than its account",
    "differs": "another amount",
    "fee": "other charges than agreed",
    "announced": "announced by the acquirer",
    "proposed": "may belong to something booked",
    "double": "paid twice",
    "charge_back": "charge-back",
    "unknown": "of nobody known",
}
"""The classes of what is open, as people read them."""

BY = {
    "identity": "by its number",
    "amount": "by amount and days",
    "together": "several together",
    "alike": "equal amounts together",
    "person": "by a person",
}
"""Why a match stands."""
