"""What is told of months that do not tie out with the ERP, and of entries of others on accounts of money."""

from collections.abc import Sequence

import psycopg

from cierre.alerts.alert import Alert
from cierre.alerts.news import Message, tell_once
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.tie_out import Code, Finding
from cierre.closing.tie_out import News, news_of
from cierre.language.say import listed, say
from cierre.ledger.news import Kind

MOST_FINDINGS = 40
"""How many a message names; the board and ledger.tie_out_finding have all."""

DIFFERS = Sentence("the ERP does not hold what was posted")
OF_OTHERS = Sentence("entries of other lots on accounts of money")
TIES_AGAIN = Sentence("tied out again")

SET_RIGHT = Sentence(
    "What was changed, deleted or entered in our lots must be put right in the ERP by its own people; it is read again"
    " at night. Nothing is posted anew for it."
)
JUDGE = Sentence("Look whether the entries of other lots belong on these accounts; nothing follows from them here.")
NOTHING = Sentence("Nothing: the ERP holds again what was posted.")


def tell_news(ledger: psycopg.Connection, link: str) -> int:
    """Tells each company whose boxes post into a month what its tie-outs found that was not known, once; returns how
    many messages there were. ``link`` leads to the step's log."""

    def written(company: str, tie_out_ids: list[int]) -> list[Message]:
        alerts = ((one, message(one, company, link)) for one in news_of(ledger, company, tie_out_ids))
        return [Message(alert, one.tie_out_ids) for one, alert in alerts if alert]

    return tell_once(ledger, Kind.TIE_OUT, written)


def message(news: News, company: str, link: str) -> Alert | None:
    """What a company's people are told of a month, in the language that is spoken now; None where nothing of it is
    theirs: what is otherwise in the lot of another company's box is told there."""
    others = news.of.lots_of_others(company)
    own = [one for one in news.found if one.code is not Code.FOREIGN and one.document.lot not in others]
    foreign = [one for one in news.found if one.code is Code.FOREIGN]
    if own:
        subject, to_do = DIFFERS, [SET_RIGHT, *([JUDGE] if foreign else [])]
    elif foreign:
        subject, to_do = OF_OTHERS, [JUDGE]
    elif news.ties_again:
        subject, to_do = TIES_AGAIN, [NOTHING]
    else:
        return None
    tenant, month = news.of.month.tenant.strip(), f"{news.of.month.first:%Y-%m}"
    return Alert(
        company=company,
        subject=say("{tenant}, {month}: {what}", tenant=tenant, month=month, what=subject),
        happened="\n".join([f"{say(news.state.word)}: {say(news.state.meaning)}.", *_told(own), *_told(foreign)]),
        to_do=" ".join(map(say, to_do)),
        link=link,
        boxes=[box.id for box in news.of.boxes if box.company == company],
    )


def _told(found: Sequence[Finding]) -> list[str]:
    lines = [listed(map(str, found[:MOST_FINDINGS]))] if found else []
    more = len(found) - MOST_FINDINGS
    return [*lines, *([say("- and {n} more", n=more)] if more > 0 else [])]
