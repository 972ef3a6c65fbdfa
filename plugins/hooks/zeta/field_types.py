"""Zeta's types as its document writes them: N(3), T(6), N(17.5), AAAAMMDD (zeta.seed.txt, Método Agregar, Filtros)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from hooks.zeta.wire import day_of


class Record(BaseModel):
    """An object that goes to Zeta: fields by our names or by Zeta's, no others; nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, validate_default=True)


def _no_float(value: object) -> object:
    if isinstance(value, (bool, float)):
        raise ValueError("must be a whole number, a Decimal or its text: a float is no amount")
    return value


def _below(digits: int, places: int = 0) -> Any:
    return Field(ge=0, lt=10**digits, decimal_places=places or None)


def _up_to(length: int | None = None) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=length)


_NO_FLOAT = BeforeValidator(_no_float)

# N(3) is a whole number of up to 3 digits. N(17.5) has up to 17 digits before the point and 5 behind it: read so
# because Zeta itself writes N(7.7) for a rate, which could not be above 1 if all 7 digits were decimals.
N2 = Annotated[int, _NO_FLOAT, _below(2)]
N3 = Annotated[int, _NO_FLOAT, _below(3)]
N4 = Annotated[int, _NO_FLOAT, _below(4)]
N10 = Annotated[int, _NO_FLOAT, _below(10)]
N5_2 = Annotated[Decimal, _NO_FLOAT, _below(5, 2)]
N7_7 = Annotated[Decimal, _NO_FLOAT, _below(7, 7)]
N10_2 = Annotated[Decimal, _NO_FLOAT, _below(10, 2)]
N17_2 = Annotated[Decimal, _NO_FLOAT, _below(17, 2)]
N17_5 = Annotated[Decimal, _NO_FLOAT, _below(17, 5)]

# T(6) is a text of 1 to 6 characters; of T the document gives no length.
T3 = Annotated[str, _up_to(3)]
T6 = Annotated[str, _up_to(6)]
T10 = Annotated[str, _up_to(10)]
T20 = Annotated[str, _up_to(20)]
T30 = Annotated[str, _up_to(30)]
T50 = Annotated[str, _up_to(50)]
T100 = Annotated[str, _up_to(100)]
T1000 = Annotated[str, _up_to(1000)]
T = Annotated[str, _up_to()]


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
