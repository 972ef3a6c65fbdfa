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

_NUMBERS_OF_PEOPLE = re.compile(r"\d{7,}")
_QUOTED = re.compile(r"(?<!\w)(['\"])(.*?)\1(?!\w)")
_NAME_OF_A_PROGRAM = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)
_KEY = re.compile(r"\)=\([^)]*\)?")


def words_of(said: Any) -> str:
    """SGA's words in one line, without what they quote of its rows: people's names and numbers may be among it."""
    if not isinstance(said, str):
        return str(quoted(said))
    # Databases tell the row itself below their first sentence.
    first = re.split(r"\b(?:DETAIL|DETALLE|HINT|CONTEXT|CONTEXTO)\s*:", said, maxsplit=1)[0]
    line = " ".join(shown(first).split())
    line = _QUOTED.sub(_unless_a_name, _KEY.sub(")=(…)", line))
    return _NUMBERS_OF_PEOPLE.sub("…", line)[:LONGEST]


def _unless_a_name(found: re.Match[str]) -> str:
    """``'NoneType'`` and ``'id'`` stay; what is no name of a program, or longer than one, may be a person's."""
    quote, text = found.groups()
    return found[0] if _NAME_OF_A_PROGRAM.fullmatch(text) and len(text) <= 40 else f"{quote}…{quote}"
