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

    ``page`` leads to the day on the close board, if it is about one.

    ``figures`` is what a mail shows besides, as HTML (cierre.alerts.figures); chats are sent the sentences alone.
    ``heads`` are the heads of chains, a line each, for a mail's plain text: saved as a file, it is what ``make audit
    HEADS=…`` reads. Made and sent where its company's language is spoken (cierre.language.say).
    """

    company: str
    subject: str
    happened: str
    to_do: str = ""
    link: str = ""
    page: str = ""
    figures: str = ""
    heads: str = ""
    boxes: Collection[str] = field(kw_only=True)

    def html(self) -> str:
        """The alert as the body of a mail."""
        to_do = f"<p><b>{say('What to do:')}</b> {_lines(self.to_do)}</p>" if self.to_do else ""
        links = "".join(
            f'<p><a href="{escape(address, quote=True)}">{told}</a></p>'
            for address, told in ((self.page, say("Open the day on the board")), (self.link, say("Open it in Airflow")))
            if address
        )
        return f"<p>{_lines(self.happened)}</p>{to_do}{self.figures}{links}"

    def text(self) -> str:
        """The alert as plain text: the message in a chat."""
        to_do = self.to_do and f"{say('What to do:')} {self.to_do}"
        return "\n\n".join(filter(None, [self.happened, to_do, self.page, self.link]))

    def mail_text(self) -> str:
        """The alert as plain text: a mail's other part."""
        return "\n\n".join(filter(None, [self.text(), self.heads]))


def _lines(text: str) -> str:
    """A text as HTML, line by line, with the blanks that a line begins with: lines of YAML are to be pasted."""
    lines = [(line, line.lstrip(" ")) for line in text.splitlines()]
    return "<br>".join("&nbsp;" * (len(line) - len(rest)) + escape(rest) for line, rest in lines)
