"""Signatures of what the code saw with its own eyes: an ERP's acknowledgement, a comparison, a person's answer.

Whoever holds the application's login may write such rows, and the seals then call them true. The key is in Airflow's
connection ``ledger_signer`` and never in the database, so that an invented row has no signature. It signs with Ed25519:
who verifies needs the public key alone, and cannot sign.

A signature costs no question to the database: it is a column of the row that is written anyway.
"""

import base64
import json
import secrets
from weakref import WeakKeyDictionary

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_keys: WeakKeyDictionary[psycopg.Connection, Ed25519PrivateKey] = WeakKeyDictionary()


def sign_with(connection: psycopg.Connection, key: str) -> None:
    """From here on what is written through a connection to the ledger is signed with a private key: 32 bytes in
    URL-safe base64. Raises ValueError for another text."""
    _keys[connection] = _private(key)


def signature(connection: psycopg.Connection, *said: object) -> str | None:
    """A signature of what is said, different each time; None where the connection has no key."""
    key = _keys.get(connection)
    if key is None:
        return None
    nonce = secrets.token_hex(8)
    return f"{nonce}:{base64.urlsafe_b64encode(key.sign(_message(nonce, said))).decode()}"


def is_signed(public_key: str, signed: str, *said: object) -> bool:
    """Whether a signature is of what is said, by the owner of a public key (see public_key). Raises ValueError for a
    text that is no key."""
    nonce, _, written = signed.partition(":")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public_key))
        key.verify(base64.urlsafe_b64decode(written), _message(nonce, said))
    except InvalidSignature:
        return False
    return True


def public_key(key: str) -> str:
    """What verifies the signatures of a private key; both in URL-safe base64. Raises ValueError."""
    return base64.urlsafe_b64encode(_private(key).public_key().public_bytes_raw()).decode()


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(key))


def _message(nonce: str, said: tuple[object, ...]) -> bytes:
    return json.dumps([nonce, *("" if one is None else str(one) for one in said)]).encode()
