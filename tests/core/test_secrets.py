"""Stored secrets."""

from __future__ import annotations

import base64
import json

import pytest

from governance.core import secrets
from governance.core.errors import ConfigurationError
from governance.env import env


def test_what_was_sealed_is_opened_in_its_own_context() -> None:
    sealed = secrets.seal("pässword", "source:1:config")
    assert b"password" not in sealed and secrets.unseal(sealed, "source:1:config") == "pässword"


def test_a_secret_that_was_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(ConfigurationError, match="moved"):
        secrets.unseal(secrets.seal("x", "source:1:config"), "source:2:config")


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert secrets.seal("x", "a") != secrets.seal("x", "a")


def test_a_rotated_ring_still_opens_what_the_old_key_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    monkeypatch.setattr(env, "key_ring", json.dumps({"active": "k1", "keys": {"k1": old}}))
    secrets.key_ring.cache_clear()
    try:
        sealed = secrets.seal("kept", "a")
        monkeypatch.setattr(env, "key_ring", json.dumps({"active": "k2", "keys": {"k1": old, "k2": new}}))
        secrets.key_ring.cache_clear()
        assert secrets.unseal(sealed, "a") == "kept" and secrets.seal("x", "a").startswith(b"g1:k2:")
    finally:
        secrets.key_ring.cache_clear()


@pytest.mark.parametrize("ring", ["", "{}", '{"active": "k1", "keys": {}}', '{"active": "k1", "keys": {"k1": "c2hvcnQ="}}', "[1]"])
def test_a_damaged_ring_says_what_to_restore(ring: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "key_ring", ring or "nonsense")
    secrets.key_ring.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match="key ring"):
            secrets.key_ring()
    finally:
        secrets.key_ring.cache_clear()
