"""Alerts by e-mail, to the addresses that a company's entry in companies.yaml names."""

import logging
from email.mime.text import MIMEText
from typing import Any

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk.exceptions import AirflowNotFoundException

from cierre.accounting_files.companies import companies, company_as_read
from cierre.accounting_files.findings import MappingError
from cierre.alerts.alert import Alert
from cierre.bookkeeping.text import BROKEN, shown
from cierre.language.say import say

log = logging.getLogger(__name__)

CONNECTION = "alerts_smtp"
"""The Airflow connection (type smtp) that alerts leave by; without it they only stand in the log."""


class _WithText(SmtpHook):
    """Airflow's way to send a mail, with the message as plain text before its HTML: for who reads no HTML."""

    def __init__(self, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._text = text

    def _build_mime_message(self, *args: Any, **kwargs: Any) -> Any:
        message, recipients = super()._build_mime_message(*args, **kwargs)
        html = message.get_payload()
        message.set_payload([MIMEText(self._text, "plain", "utf-8"), *html])
        return message, recipients


def send(alert: Alert) -> bool:
    """Mails an alert to its company's people. False, with a line in the log, where there is no way or nobody to tell.

    Raises smtplib.SMTPException or OSError where the mail server refuses or is unreachable, and MappingError where
    companies.yaml names no address while it is wrong: perhaps there is somebody to tell, once it is set right.
    """
    company = company_as_read(alert.company)
    if company is None or not company.alerts:
        _refuse_wrong_file(alert.company)
        log.warning(say("No mail: companies.yaml names no address for {company}.", company=alert.company))
        return False
    try:
        SmtpHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        log.warning(say("No mail: there is no connection {connection}.", connection=CONNECTION))
        return False
    # A line break in a subject would end the mail's headings.
    subject = shown(BROKEN.sub(" ", alert.subject)).strip()
    with _WithText(alert.mail_text(), smtp_conn_id=CONNECTION) as smtp:
        smtp.send_email_smtp(
            to=list(company.alerts), subject=subject, html_content=alert.html(), mime_subtype="alternative"
        )
    told = {"n": len(company.alerts), "company": alert.company, "subject": alert.subject}
    log.info(say("Told by mail ({n} people of {company}): {subject}", **told))
    return True


def _refuse_wrong_file(company: str) -> None:
    try:
        companies()
    except MappingError:
        text = (
            "No mail to {company}: companies.yaml is wrong, and no address of the company can be read there. Set it"
            " right: Airflow shows what is wrong as an import error of check_cash_boxes.py."
        )
        log.error(say(text, company=company))
        raise
