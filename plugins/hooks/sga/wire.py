"""What SGA says when it cannot answer: which of its errors pass by themselves, and what of them people may read.

SGA answers every failure with the words of whatever failed inside of it (sga.seed.md): mostly Django's, in English, or
those of its database and system, in English or Spanish.
"""

import re
from typing import Any

from cierre.bookkeeping.text import quoted, shown

PASSING = (
    r"(?i)\btime[ds]?[ -]?out\b|\btiempo de espera\b|\bse agotó el tiempo\b"
    r"|\bconnection\w* (?:\w+ )?(?:refused|reset|closed|aborted|lost|broken|failed|terminated|limit|slots|pool)\b"
    r"|\b(?:lost|no|bad|broken|failed|terminating|remaining) connection\b|\bconnection (?:to|has been|is|was|already)\b"
    r"|\b(?:could not|cannot|can't|unable to|failed to) connect\b|\btoo many (?:clients|connections)\b"
    r"|\bconexi[oó]n\b.*\b(?:rechazad|perdid|cerrad|cortad|terminad|agotad|restablecid|fall)\w*"
    r"|\b(?:no se pudo|no se puede|imposible|error al) conectar\b"
    r"|\bdeadlock\b|\binterbloqueo\b|\babrazo mortal\b"
    r"|\b(?:lock|locks|locked) (?:wait|timeout|not available|on|due)\b|\b(?:obtain|get|acquire|waiting for)\b.*\block\b"
    r"|\b(?:database|table) is locked\b|\bbloqueo\b"
    r"|\bserver (?:closed|has gone away|is not available|unavailable)\b|\btemporar(?:y|ily)\b|\btry again\b"
    r"|\b(?:database system|server) is (?:starting|shutting|in recovery)|\bbroken pipe\b|\b(?:reset|aborted) by peer\b"
    r"|\bcould not serialize access\b|\bgone away\b|\bservice unavailable\b|\bname resolution\b"
)
"""Words of a trouble that passes: connection, time, lock, a database that is just starting."""

LONGEST = 200
"""Characters of SGA's words that are repeated."""

_BELOW = re.compile(
    r"(?:\b(?:DETAIL|DETALLE|HINT|SUGERENCIA|CONTEXT|CONTEXTO|QUERY|CONSULTA|STATEMENT|SENTENCIA)"
    r"|\b(?:LINE|LÍNEA)\s+\d+|(?im:^\s*(?:detail|detalle|hint|sugerencia|context|contexto)))\s*:"
)
"""What a database tells below its first sentence: the row itself, and what was asked of it."""

_NUMBERS_OF_PEOPLE = re.compile(r"\d{7,}")
_ADDRESS = re.compile(r"\S+@\S+")
_ROW = re.compile(r"(\)=|\b(?:contains|contiene)\s*)\(.*")
# A quotation that does not end is taken to go on to the end.
_QUOTED = re.compile(
    r"""(?<!\w)[ubrUBR]{0,2}(?:(['"`])((?:\\.|[^\\])*?)\1(?!\w)|(['"`])(?=\S).*$)"""
    r"|«([^»]*)(?:»|$)|“([^”]*)(?:”|$)|‘([^’]*)(?:’|$)|<(?=\S)[^<>]*(?:>|$)"
)
_ENDS = {"«": "»", "“": "”", "‘": "’", "<": ">"}
_NAME_OF_A_PROGRAM = re.compile(r"[A-Za-z_][\w.]{0,39}", re.ASCII)
_TYPES = {
    *("NoneType", "bool", "bytes", "date", "datetime", "datetime.date", "datetime.datetime", "Decimal"),
    *("decimal.Decimal", "dict", "float", "int", "list", "long", "method", "set", "str", "tuple", "type", "unicode"),
}
_NAMES_ONE = re.compile(
    r"(?i)\b(?:attribute|atributo|column|columna|field|campo|table|tabla|relation|relaci[oó]n|constraint|restricci[oó]n"
    r"|llave|index|índice|keyword|argument|parameter|parámetro|module|function|funci[oó]n|sequence|secuencia)\s*$"
)
_IS_ONE = re.compile(r"\s+(?:object|instance)\b")


def words_of(said: Any) -> str:
    """SGA's words in one line, without what they quote of its rows: people's names and numbers may be among it."""
    if not isinstance(said, str):
        return str(quoted(said))
    line = " ".join(shown(_BELOW.split(said, maxsplit=1)[0]).split())
    line = _QUOTED.sub(_unless_a_name, _ROW.sub(r"\1(…)", line))
    return _NUMBERS_OF_PEOPLE.sub("…", _ADDRESS.sub("…", line))[:LONGEST]


def _unless_a_name(found: re.Match[str]) -> str:
    """``'NoneType'`` and ``attribute 'id'`` stay; what is not called a program's may be a person's."""
    inner = found[2] or found[4] or found[5] or found[6] or ""
    if _NAME_OF_A_PROGRAM.fullmatch(inner):
        line = found.string
        if inner in _TYPES or _NAMES_ONE.search(line[: found.start()]) or _IS_ONE.match(line, found.end()):
            return found[0]
    begin = found[1] or found[3] or found[0][0]
    return f"{begin}…{_ENDS.get(begin, begin)}"
