"""An alert: what people are told when a close needs them. Pure text; no secret and no personal data."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Alert:
    """``subject`` is one line; ``happened`` and ``to_do`` are sentences; ``link`` leads to the run's log, if any."""

    company: str
    subject: str
    happened: str
    to_do: str
    link: str = ""

    def html(self) -> str:
        """The alert as the body of a mail."""
        link = f'<p><a href="{escape(self.link, quote=True)}">Open the log in Airflow</a></p>' if self.link else ""
        happened = "<br>".join(escape(self.happened).splitlines())
        return f"<p>{happened}</p><p><b>What to do:</b> {escape(self.to_do)}</p>{link}"
