"""Receivers' settings as they are stored: what may be shown in one column, secrets sealed in another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pydantic
from pydantic import SecretStr

from alerts.models import Receiver as Row
from alerts.receivers.base import REGISTRY, Config, Receiver
from governance.core.api.problems import from_pydantic, invalid
from governance.core.secrets import seal, unseal

MASK = "••••"


def parse(kind: str, given: Mapping[str, Any]) -> Config:
    """The validated Config of a kind; InvalidInput names what is wrong without its value."""
    try:
        return REGISTRY.get(kind).Config.model_validate(dict(given))
    except pydantic.ValidationError as error:
        raise from_pydantic(error, "config") from None


def store(row: Row, config: Config) -> None:
    """Put a Config into the row's columns; the row must have its id, which the sealed secrets are bound to."""
    plugin = REGISTRY.get(row.kind)
    shown: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for name in type(config).model_fields:
        value = getattr(config, name)
        shown[name], hidden = _split(plugin, name, value)
        if hidden is not None:
            secret[name] = hidden
    row.config = shown
    row.secrets = seal(json.dumps(secret), _context(row)) if secret else None


def opened(row: Row) -> dict[str, Any]:
    """The settings with their secrets, as the Config takes them."""
    return {**row.config, **_secrets(row)}


def plugin_of(row: Row) -> Receiver:
    """The plugin, ready to send."""
    return REGISTRY.get(row.kind)(parse(row.kind, opened(row)))


def merged(row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a person sent, where •••• means the secret that is stored. InvalidInput when it would be sent to another place than it was entered for."""
    stored, secrets = opened(row), _secrets(row)
    wanted: dict[str, Any] = {**row.config, **given}
    full = {name: _kept(value, row.config.get(name), stored.get(name)) for name, value in wanted.items()}
    moved = [name for name in REGISTRY.get(row.kind).Config.destination if full.get(name) != stored.get(name)]
    if moved:
        stale = [name for name in secrets if name not in moved and _holds_mask(wanted.get(name)) and secrets[name]]
        if stale:
            raise invalid(
                {
                    f"config.{name}": [f"Enter it again: {', '.join(moved)} has changed, and a secret is not handed to another place."]
                    for name in stale
                }
            )
    return full


def _split(plugin: type[Receiver], name: str, value: Any) -> tuple[Any, Any]:
    """(what may be shown, the secret or None)."""
    if isinstance(value, SecretStr):
        text = value.get_secret_value()
        return (plugin.shown(name, text) or MASK) if text else "", text
    if isinstance(value, dict) and any(isinstance(one, SecretStr) for one in value.values()):
        texts = {key: one.get_secret_value() if isinstance(one, SecretStr) else one for key, one in value.items()}
        return dict.fromkeys(texts, MASK), texts
    return value, None


def _kept(value: Any, shown: Any, stored: Any) -> Any:
    if isinstance(value, str) and MASK in value:
        return stored if value in (shown, MASK) else value
    if isinstance(value, Mapping) and isinstance(stored, Mapping):
        return {key: stored.get(key, one) if one == MASK else one for key, one in value.items()}
    return value


def _holds_mask(value: Any) -> bool:
    return MASK in value if isinstance(value, str) else isinstance(value, Mapping) and MASK in value.values()


def _secrets(row: Row) -> dict[str, Any]:
    return dict(json.loads(unseal(bytes(row.secrets), _context(row)))) if row.secrets else {}


def _context(row: Row) -> str:
    return f"receiver:{row.pk}:config"
