"""Zeta's types as its document writes them: N(3), T(6), N(17.5), AAAAMMDD (zeta.seed.txt, Método Agregar, Filtros)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from hooks.zeta.wire import day_of


class Record(BaseModel):
    """An object that goes to Zeta: fields by our names or by Zeta's, no others; nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, validate_default=True)


def N(digits: int, places: int = 0) -> Any:
    """``N(3)``: a whole number of up to 3 digits. ``N(17.5)``: up to 17 digits before the point and 5 behind it.

    Read so because Zeta itself writes N(7.7) for a rate, which could not be above 1 if all 7 digits were decimals.
    """
    if not places:
        return Annotated[int, BeforeValidator(_no_float), Field(ge=0, lt=10**digits)]
    return Annotated[Decimal, BeforeValidator(_no_float), Field(ge=0, lt=10**digits, decimal_places=places)]


def T(length: int | None = None) -> Any:
    """``T(6)``: a text of 1 to 6 characters. Without a length: the document gives none."""
    return Annotated[str, StringConstraints(min_length=1, max_length=length)]


def _no_float(value: object) -> object:
    if isinstance(value, (bool, float)):
        raise ValueError("must be a whole number, a Decimal or its text: a float is no amount")
    return value


def _day(value: object) -> object:
    if isinstance(value, str):
        found = day_of(value)
        if found is None:
            raise ValueError("must be a day, as AAAAMMDD or AAAA-MM-DD")
        return found
    return value


Day = Annotated[date, BeforeValidator(_day), PlainSerializer(lambda day: f"{day:%Y%m%d}")]
"""A day that goes out as AAAAMMDD."""

DashedDay = Annotated[date, BeforeValidator(_day), PlainSerializer(lambda day: f"{day:%Y-%m-%d}")]
"""A day that goes out as AAAA-MM-DD."""
