"""A day's certificate: what the source itself says of its completeness, told to people."""

import logging
from collections.abc import Sequence
from datetime import date

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import Claim, contradictions
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.closing.refusal import Refused
from cierre.language.say import listed, say

log = logging.getLogger(__name__)

NOT_WHOLE = (
    "the source's own figures are not what came, so nothing is booked of it:\n{claims}\n"
    "The answer is kept in landing.snapshot. The source is asked again when the task land is cleared; if its"
    " figures go on differing, its people must say which are right."
)


def must_hold(box: CashBox, day: date, claims: Sequence[Claim]) -> None:
    """Tells the certificate; raises Refused where it does not hold, which may pass: a later answer may be whole."""
    for claim in claims:
        if claim.is_notice:
            log.warning(say("{claim}.", claim=claim))
        elif claim.holds:
            log.info(say("Certificate: {claim}.", claim=claim))
        elif claim.inner_rule:
            log.warning(say("Certificate: {claim}. Its rows are quarantined.", claim=claim))
        else:
            log.warning(say("Certificate: {claim}. It does NOT hold.", claim=claim))
    if broken := contradictions(claims):
        raise incomplete(box, day, broken, may_pass=True)


def incomplete(box: CashBox, day: date, broken: Sequence[Claim], *, may_pass: bool = False) -> Refused:
    """What a certificate that does not hold means: people are told both figures of each claim."""
    refused = Refused(box, day, NOT_WHOLE, may_pass=may_pass, claims=listed(broken))
    refused.sentence = Sentence(NOT_WHOLE, claims=one_after_the_other(map(str, broken)))
    return refused
