"""An alert: what people are told when a close needs them, in their own language. Pure text; no secret and no personal
data."""

from collections.abc import Collection
from dataclasses import dataclass, field
from html import escape

from cierre.language.say import say

UNCERTAIN = (
    "Do not enter the journal by hand: clear the step post, which first empties the address that was sent to. Until"
    " then the day is not closed. The DAG erp_reaper tries to settle it every five minutes, too."
)
"""What to do where the outcome of a posting is not known."""


@dataclass(frozen=True, slots=True)
class Alert:
    """``subject`` is one line; ``happened`` and ``to_do`` are sentences; ``link`` leads to the run, if any.

    ``boxes`` are the ids of those that it is about, none where it is about no box: the sandbox's are marked.

    ``figures`` is what a mail shows besides, as HTML (cierre.alerts.figures); chats are sent the sentences alone. Made
    and sent where its company's language is spoken (cierre.language.say).
    """

    company: str
    subject: str
    happened: str
    to_do: str = ""
    link: str = ""
    figures: str = ""
    boxes: Collection[str] = field(kw_only=True)

    def html(self) -> str:
        """The alert as the body of a mail."""
        happened = "<br>".join(escape(self.happened).splitlines())
        to_do = f"<p><b>{say('What to do:')}</b> {escape(self.to_do)}</p>" if self.to_do else ""
        link = f'<p><a href="{escape(self.link, quote=True)}">{say("Open it in Airflow")}</a></p>' if self.link else ""
        return f"<p>{happened}</p>{to_do}{self.figures}{link}"

    def text(self) -> str:
        """The alert as a message in a chat."""
        to_do = self.to_do and f"{say('What to do:')} {self.to_do}"
        return "\n\n".join(filter(None, [self.happened, to_do, self.link]))
