"""How much a school's cash box has to do, and which traps its days hold."""

from pydantic import BaseModel, ConfigDict


class Traps(BaseModel):
    """Real life's traps, by name. Where one is on, every day that has sessions holds it at least once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    several_sessions: bool = True
    closed_days: bool = True
    identical_rows: bool = True
    float_noise: bool = True
    accents: bool = True
    apostrophes: bool = True
    long_names: bool = True
    undashed_invoices: bool = True
    fraud: bool = True
    voided_credit_notes: bool = True
    used_credit_notes: bool = True
    used_receipts: bool = True
    receipts_without_form: bool = True
    inactive_receipts: bool = True
    withholdings: bool = True
    postdated_cheques: bool = True
    shared_cheques: bool = True
    discounts: bool = True

    # A day with one of these is not to be booked without a person, or is not answered at all: tests switch them on.
    overlapping_forms: bool = False
    payment_without_form: bool = False
    payment_without_invoice: bool = False
    form_outside_map: bool = False

    @classmethod
    def none(cls) -> "Traps":
        """Plain days: one session, every row whole and different."""
        return cls(**dict.fromkeys(cls.model_fields, False))


class Profile(BaseModel):
    """A box's days: payments a session (least, most), and traps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payments: tuple[int, int] = (30, 60)
    traps: Traps = Traps()
