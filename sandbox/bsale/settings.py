"""How Bsale behaves at one site: the sandbox's switches, and what its companies' days look like."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """How this site behaves; the defaults are those of the contract and the field notes.

    ``requests_per_second``: of one token, in any second; what is over gets a 429. ``retry_after``: where that says how
    long to wait. ``short_pages``: some pages end before they are full. ``newest_first``: the order of lists.
    ``filter_misses_undated``: ``recorddate`` passes over payments without a recordDate. ``groups_count_voids``:
    group_payment_types adds up voided payments, too. ``growing``: so many payments still come in, one after each page
    of a day's list. ``silent_errors``: errors are answered with 200 and an empty body. ``documents_tell_codes``: a
    document that is written out in a payment has the tax office's code, not only the id of its kind. ``unpaid``: the
    company is blocked, since it did not pay Bsale.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests_per_second: int = 8
    retry_after: Literal["header", "body"] = "header"
    short_pages: bool = True
    newest_first: bool = True
    filter_misses_undated: bool = True
    groups_count_voids: bool = False
    growing: int = 0
    silent_errors: bool = False
    documents_tell_codes: bool = True
    unpaid: bool = False


class Traps(BaseModel):
    """Real life's traps, by name. Where one is on, every office's open day holds it at least once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    closed_days: bool = True
    amounts_as_text: bool = True
    santiago_midnights: bool = True
    dates_with_a_time: bool = True
    undated: bool = True
    undated_at_night: bool = True
    entered_next_day: bool = True
    voids: bool = True
    cheques: bool = True
    credit_sales: bool = True
    collections: bool = True
    uneven_collections: bool = True
    credit_notes: bool = True
    exempt_documents: bool = True

    # A day with one of these is not to be booked without a person, or without a mapping that knows it: tests switch
    # them on.
    without_office: bool = False
    negative_amounts: bool = False
    paid_credit_notes: bool = False
    own_kinds: bool = False
    hidden_from_lists: bool = False

    @classmethod
    def none(cls) -> "Traps":
        """Plain days: every payment whole, dated, of the day, and money."""
        return cls(**dict.fromkeys(cls.model_fields, False))


class Profile(BaseModel):
    """A company's days: everyday payments of an office (least, most), and traps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payments: tuple[int, int] = (15, 30)
    traps: Traps = Traps()
