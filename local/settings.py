"""What the system on one machine is told: folders, ports, secrets."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from local.errors import LocalError
from local.files import write_secret
from local.ports import free_port, is_free

PROJECT = Path(__file__).resolve().parent.parent
RUN = PROJECT / ".run"


class SettingsError(LocalError):
    """A setting that cannot be used; the message names its variable."""


@dataclass(frozen=True)
class Ports:
    """The loopback ports of one stack."""

    api: int = 8080
    postgres: int = 5442
    sandbox: int = 8800

    @classmethod
    def configured(cls, environ: Mapping[str, str]) -> "Ports":
        """The ports that ``CIERRE_API_PORT``, ``CIERRE_POSTGRES_PORT`` and ``CIERRE_SANDBOX_PORT`` ask for.

        Raises SettingsError for a text that is no port.
        """
        chosen = {name: environ[_variable(name)] for name in asdict(cls()) if environ.get(_variable(name))}
        for name, text in chosen.items():
            if not text.isdigit() or not 0 < int(text) < 65536:
                raise SettingsError(
                    Sentence("{name} must be a port (1 to 65535), not {text!r}", name=_variable(name), text=text)
                )
        return cls(**{name: int(text) for name, text in chosen.items()})

    @classmethod
    def free(cls) -> "Ports":
        """Three ports nobody listens on at the moment; for tests."""
        return cls(*(free_port() for _ in asdict(cls())))

    def check_free(self) -> None:
        """Raises SettingsError naming the variable of every port that is taken."""
        taken = [
            Sentence(
                "Port {port} is taken by another program: set {name} to a free one.", port=port, name=_variable(name)
            )
            for name, port in asdict(self).items()
            if not is_free(port)
        ]
        if len(set(asdict(self).values())) < len(asdict(self)):
            taken.append(Sentence("The three ports must differ: {ports}.", ports=asdict(self)))
        if taken:
            raise SettingsError(one_after_the_other(taken))


def _variable(name: str) -> str:
    return f"CIERRE_{name.upper()}_PORT"


@dataclass(frozen=True)
class Secrets:
    """What nobody else may know of one stack; generated once, kept in its run folder."""

    password: str
    fernet_key: str
    jwt_secret: str
    api_secret_key: str
    signing_key: str
    answer_key: str

    @classmethod
    def of(cls, home: Path) -> "Secrets":
        """The secrets of a run folder, made at the first call (readable by their owner only)."""
        file = home / "secrets.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        fresh = {
            "password": secrets.token_urlsafe(12),
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            # Airflow signs with HS512, which wants 64 bytes.
            "jwt_secret": secrets.token_urlsafe(64),
            "api_secret_key": secrets.token_urlsafe(32),
            "answer_key": secrets.token_urlsafe(32),
            "signing_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        if fresh.keys() - kept.keys():
            write_secret(file, json.dumps(fresh | kept))
        return cls(**(fresh | kept))


def surroundings() -> dict[str, str]:
    """The environment without anything that Airflow or this project would take as a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CIERRE_"))}
