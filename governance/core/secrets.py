"""Stored secrets: AES-256-GCM with the row's identity as associated data, under a key ring that can be rotated."""

from __future__ import annotations

import base64
import json
import os
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from governance.core.errors import ConfigurationError
from governance.env import env
from governance.runtime.places import write_once

PREFIX = b"g1"


@cache
def key_ring() -> tuple[str, dict[str, bytes]]:
    """(name of the active key, name → 32 bytes)."""
    text = env.key_ring or _kept(env.places.secrets / "keyring.json")
    try:
        ring = json.loads(text)
        keys = {name: base64.b64decode(key, validate=True) for name, key in ring["keys"].items()}
        active = ring["active"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError("The key ring is damaged. Restore DATA_DIR/secrets/keyring.json or GOVERNANCE_KEY_RING from a backup.") from error
    if active not in keys or any(len(key) != 32 for key in keys.values()):
        raise ConfigurationError("The key ring names no active key, or a key is not 32 bytes long.")
    return active, keys


def seal(plaintext: str, context: str) -> bytes:
    """Encrypt; `context` names the row and column (`source:12:config`), and only the same context opens it again."""
    active, keys = key_ring()
    nonce = os.urandom(12)
    return b":".join([PREFIX, active.encode()]) + b":" + nonce + AESGCM(keys[active]).encrypt(nonce, plaintext.encode(), context.encode())


def unseal(sealed: bytes, context: str) -> str:
    """Decrypt; a ConfigurationError when the value was moved, damaged, or its key is gone."""
    prefix, _, rest = bytes(sealed).partition(b":")
    name, _, rest = rest.partition(b":")
    key = key_ring()[1].get(name.decode("ascii", "replace"))
    if prefix != PREFIX or key is None:
        raise ConfigurationError(
            "A stored secret was sealed with a key that is not in the key ring. Restore the key ring, or enter the secret again."
        )
    try:
        return AESGCM(key).decrypt(rest[:12], rest[12:], context.encode()).decode()
    except InvalidTag:
        raise ConfigurationError("A stored secret is damaged or was moved from another row. Enter it again.") from None


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(path, json.dumps({"active": "k1", "keys": {"k1": base64.b64encode(os.urandom(32)).decode()}}) + "\n")
    return path.read_text()
