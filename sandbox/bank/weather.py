"""How often what happens to money on its way."""

from pydantic import BaseModel, ConfigDict


class Weather(BaseModel):
    """Shares, each between 0 and 1, of the payments (or slips, or references) that meet it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    several_days_in_one: float = 0.03
    one_day_in_several: float = 0.02
    late: float = 0.005
    missing: float = 0.003
    doubled: float = 0.003
    a_cent_off: float = 0.003
    charged_back: float = 0.003
    unknown: float = 0.003
    reference_cut: float = 0.02
    reference_empty: float = 0.01
    refund: float = 0.02
    slip_not_settled: float = 0.002
    settled_not_booked: float = 0.001
    fee_too_high: float = 0.002
