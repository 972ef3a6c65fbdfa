"""What a Protheus connection may set in its extra, and the words by which its refusals are told apart."""

import re
from typing import Literal

from pydantic import Field, PositiveFloat

from hooks.http import hook as vendor

_ABOUT_IT = (
    r"(?:\s+(?:\(?[a-z]?\d[\w/-]*+\)?|CT2\w*+|contable|cont[aá]bil|n[º°.]?|n[uú]mero|number|lote|lot|sublote|sublot|fecha|data|date|clave"
    r"|chave|key|tabla|tabela|table|base|dad?os|datos|sistema|system|el|la|los|o|a|the|de|del|do|da|of|en|em|no|na|in"
    r"|para|for|con|com|with|y|e|and|ya|j[aá]|already|fue|foi|was|(?:elimina|borra|exclu[ií]|apaga)d[oa]|deleted))*"
)
"""What may be said of a document beside that it is not there: where it should be, and that it was deleted.

Of tables only CT2, which has the entries: the codes of all others have two letters before their digits (CT1, CTG010).
"""

_DOCUMENT = (
    r"(?<!\bde\s)(?<!\bdel\s)(?<!\bdo\s)(?<!\bda\s)(?<!\bof\s)"
    rf"\b(?:documento?|asiento|lan[cç]amento|registro|entry|record)\b{_ABOUT_IT}"
)
_ABSENT = (
    r"(?:\b(?:no|n[aã]o)\s+(?:se\s+|fue\s+|foi\s+|ha\s+sido\s+)?(?:exist|encontr|localiz)\w*"
    r"|\bnot\s+(?:be\s+)?found\b|\b(?:does\s+not|doesn't)\s+exist\b|\binexistente\b)"
)
_END = r"\W*?(?:$|[.;:,(])"
NOT_FOUND = (
    rf"(?i){_DOCUMENT}\s+{_ABSENT}{_ABOUT_IT}{_END}"
    rf"|^\W*{_ABSENT}(?:{_END}|\s+(?:(?:el|o|the)\s+)?{_DOCUMENT}{_END})"
)
"""How a delete says that there is no such document, in the ERP's three languages.

The text must speak of the document, or of nothing: "the entry has an account that does not exist" does not say that no
document is there. A text that is not understood is a refusal, which changes nothing.
"""

_PERIOD = r"\b(?:calend[aá]rios?|per[ií]odos?|periods?|calendars?|ejercicios?|exerc[ií]cios?)\b"
_DATE = r"\b(?:mes|m[eê]s|month|fecha|data|date)\b"
_CLOSED = r"\b(?:cerrad[oa]s?|bloquead[oa]s?|fechad[oa]s?|encerrad[oa]s?|closed|locked|blocked)\b"
_OTHER = (
    r"\b(?:cuentas?|contas?|accounts?|centros?|cost\s+cent(?:er|re)s?|[ií]tems?|itens|clases?|classes?|class|entidad(?:e?s)?"
    r"|entidades?|entity|entities)\b"
)
# Within so many characters: else each such word of a long text would be followed to the text's end.
_BESIDE = rf"(?:(?!{_OTHER})(?:[^.;]|[.;](?=\S))){{0,300}}"
CLOSED_PERIOD = (
    rf"(?i)\bCTBBLOQ\b|(?:{_PERIOD}|{_DATE}){_BESIDE}{_CLOSED}"
    rf"|(?:^|[.;](?=\s)){_BESIDE}{_CLOSED}(?:[^.;]|[.;](?=\S)){{0,300}}{_PERIOD}"
)
"""How the ERP says that a date's period is closed, in its three languages: not that an account is, whenever that is."""


UNKNOWN_TENANT = re.compile(rf"(?i)\b(?:empresa|sucursal|filial|company|branch|tenant\w*)\b[^.;:]{{0,300}}{_ABSENT}")
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
