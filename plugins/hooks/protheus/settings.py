"""What a Protheus connection may set in its extra, and the words by which its refusals are told apart."""

import re
from typing import Literal

from pydantic import Field, PositiveFloat

from hooks.http import hook as vendor

_DOCUMENT = r"\b(?:documento?|asiento|lan[cç]amento|registro|document|entry|record)\b"
_ABSENT = (
    r"(?:\b(?:no|n[aã]o)\s+(?:se\s+|fue\s+|foi\s+|ha\s+sido\s+)?(?:exist|encontr|localiz)\w*"
    r"|\bnot\s+(?:be\s+)?found\b|\b(?:does\s+not|doesn't)\s+exist\b|\binexistente\b)"
)
NOT_FOUND = rf"(?i){_DOCUMENT}[^.;:]*{_ABSENT}|^\W*{_ABSENT}\W*(?:$|(?:(?:el|o|the)\s+)?{_DOCUMENT})"
"""How a delete says that there is no such document, in the ERP's three languages.

The text must speak of the document, or of nothing: "calendario no encontrado" does not say that no document is there.
"""

_PERIOD = r"\b(?:calend[aá]rios?|per[ií]odos?|periods?|calendars?|ejercicios?|exerc[ií]cios?)\b"
_DATE = r"\b(?:mes|m[eê]s|month|fecha|data|date)\b"
_CLOSED = r"\b(?:cerrad[oa]s?|bloquead[oa]s?|fechad[oa]s?|encerrad[oa]s?|closed|locked|blocked)\b"
CLOSED_PERIOD = rf"(?i)\bCTBBLOQ\b|(?:{_PERIOD}|{_DATE})[^.;]*{_CLOSED}|{_CLOSED}[^.;]*{_PERIOD}"
"""How the ERP says that a date's period is closed, in its three languages."""


UNKNOWN_TENANT = re.compile(rf"(?i)\b(?:empresa|sucursal|filial|company|branch|tenant\w*)\b[^.;:]*{_ABSENT}")
"""How the ERP says that there is no such company or branch, in its three languages."""


class Settings(vendor.Settings):
    """What a Protheus connection may set in its extra.

    ``currencies`` gives each currency its number in the ERP (CT2_MOEDLC, and the end of CT2_VALR01 to CT2_VALR05, which
    hold a line's amount in the documents' own currency where that is another); ``balance_type``, ``conversion`` and
    ``origin`` go out as CT2_TPSALD, CT2_CONVER and CT2_ORIGEM; ``not_found`` is the pattern for the text of a delete
    that found no document, ``closed_period`` that for a refusal because the date's period is closed. A document of 999
    lines takes the ERP long, hence the long ``read_timeout`` (seconds).
    """

    read_timeout: PositiveFloat = 180
    auth: Literal["basic", "oauth2"] = "basic"
    currencies: dict[str, str] = Field({"USD": "01"})
    balance_type: str = ""
    conversion: str = ""
    origin: str = "CIERRE"
    not_found: re.Pattern[str] = re.compile(NOT_FOUND)
    closed_period: re.Pattern[str] = re.compile(CLOSED_PERIOD)
