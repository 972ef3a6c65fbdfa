"""docker-compose.yaml as Docker reads it, with the variables of a .env filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "docker-compose.yaml"
SECRETS = {
    "CIERRE_ADMIN_PASSWORD",
    "CIERRE_POSTGRES_PASSWORD",
    "CIERRE_OWNER_PASSWORD",
    "CIERRE_APPLICATION_PASSWORD",
    "CIERRE_READER_PASSWORD",
    "CIERRE_ANSWER_KEY",
    "CIERRE_AIRFLOW_PASSWORD",
    "CIERRE_CELERY_PASSWORD",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "CIERRE_JWT_PRIVATE_KEY_FILE",
    "CIERRE_REDIS_PASSWORD",
}
"""The variables without which nothing starts."""


def compose(given: Mapping[str, str]) -> Any:
    """The whole file. Raises AssertionError for a needed variable that is not given."""
    return _filled(yaml.safe_load(FILE.read_text()), given)


def _filled(node: Any, given: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, given) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, given) for value in node]
    return _interpolated(node, given) if isinstance(node, str) else node


def _interpolated(text: str, given: Mapping[str, str]) -> str:
    """By the rules of the compose specification."""

    def value(match: re.Match[str]) -> str:
        name, _, default = match["name"], match["operator"], match["text"]
        if given.get(name):
            return given[name]
        assert match["operator"] != ":?", f"{name} is needed: {default}"
        return default or ""

    # The innermost first: a default may name another variable.
    pattern = r"(?<!\$)\$\{(?P<name>\w+)(?:(?P<operator>:[-?])(?P<text>[^${}]*))?\}"
    while (filled := re.sub(pattern, value, text)) != text:
        text = filled
    return text.replace("$$", "$")
