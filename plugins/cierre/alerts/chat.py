"""Alerts to chats and other services (Slack, Teams, Telegram, WhatsApp, …), by Apprise."""

import logging
from typing import Any

from airflow.providers.apprise.hooks.apprise import AppriseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from cierre.alerts.alert import Alert
from cierre.language.say import say

log = logging.getLogger(__name__)

CONNECTION = "alerts_apprise"
"""The Airflow connection (type apprise) whose ``config`` lists services, each with its company's id as ``tag``."""


def send(alert: Alert) -> bool:
    """Sends an alert to the services of its company. False where there are none.

    Apprise itself notes in the log which service did not take it, without the secrets in its address.
    """
    hook = AppriseHook(CONNECTION)
    try:
        config = hook.get_config_from_conn(hook.get_connection(CONNECTION))
    except AirflowNotFoundException:
        return False
    services = config if isinstance(config, list) else [config]
    ours = [service for service in services if alert.company in _tags(service)]
    if not ours:
        return False
    hook.notify(title=alert.subject, body=alert.text(), tag=alert.company)
    told = {"n": len(ours), "company": alert.company, "subject": alert.subject}
    log.info(say("Told by chat ({n} services of {company}): {subject}", **told))
    return True


def _tags(service: dict[str, Any]) -> list[str]:
    tags = service.get("tag") or []
    return [tags] if isinstance(tags, str) else tags
