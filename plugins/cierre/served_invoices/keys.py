"""Keys: 32 random bytes that only the client has; the ledger has what they hash to.

They are too many to be guessed, so a plain SHA-256 hides them as well as a slow hash would.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_urlsafe

_SHAPE = re.compile(r"cierre_[A-Za-z0-9_-]{43}", re.ASCII)


def new_key() -> str:
    """A key that nobody has yet."""
    return f"cierre_{token_urlsafe(32)}"


def hash_of(key: str) -> str:
    """What the ledger keeps of a key."""
    return sha256(key.encode()).hexdigest()


def given_key(headers: Mapping[str, str]) -> str | None:
    """The key that a request brings, as ``X-API-Key`` or as a bearer token; None for none, or for what is none."""
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    given = headers.get("X-API-Key", "").strip() or (token.strip() if scheme.lower() == "bearer" else "")
    return given if _SHAPE.fullmatch(given) else None
