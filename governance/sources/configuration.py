"""A connector's parameters: checked by its Config, their secrets kept apart, their addresses looked at before anything is saved."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr, ValidationError

from governance.core.api.problems import from_pydantic, invalid
from governance.core.errors import TimedOut, Unreachable
from governance.core.http.guard import Policy, check_host
from governance.core.http.paths import check_path
from governance.env import env
from governance.sources.connectors.base import CONNECTORS, Connector

MASK: Final = "••••"
URLS: Final = ("url", "endpoint_url")
ADDRESSES: Final = ("host", "port", "tls", *URLS)
"""Fields that decide to whom a secret is sent."""
PASSWORD: Final = re.compile(r"((?:^|&)(?:ssl)?password=)[^&]+", re.IGNORECASE)
"""A password among the parameters of a URL."""
PORTS: Final = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306, "http": 80, "https": 443, "s3": 443}


@dataclass(frozen=True, slots=True)
class Prepared:
    """`shown` may be seen by anyone who may see the source; `secrets` must be sealed; `config` is for the connector."""

    config: Connector.Config
    shown: dict[str, Any]
    secrets: dict[str, str]
    location: str


def prepare(kind: str, given: Mapping[str, Any], *, kept: Mapping[str, Any] | None = None, before: Mapping[str, Any] | None = None) -> Prepared:
    """Check what was sent. `kept` is the present config with its secrets opened, `before` the same as it is shown: "••••" stands for what is stored.

    InvalidInput for a config that does not fit, and when a stored secret would go to another address than it was given for.
    """
    config_class = CONNECTORS.get(kind).Config
    values = dict(given)
    reused = [name for name, value in values.items() if isinstance(value, str) and MASK in value]
    for name in reused:
        if kept is None or name not in kept or (before or {}).get(name) != values[name]:
            raise invalid({f"config.{name}": [f"{MASK} stands for a stored value, and none is stored here. Enter it again."]})
        values[name] = kept[name]
    try:
        config = config_class.model_validate(values)
    except ValidationError as error:
        raise from_pydantic(error, "config") from None
    shown, secrets = split(config)
    if reused and before is not None and any(shown.get(name) != before.get(name) for name in ADDRESSES):
        raise invalid(
            {f"config.{name}": ["The address changed, so enter this again: a stored secret is not sent to another place."] for name in reused}
        )
    return Prepared(config, shown, secrets, location(config))


def split(config: BaseModel) -> tuple[dict[str, Any], dict[str, str]]:
    """What may be shown, with "••••" in the place of each secret, and the secrets."""
    shown: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for name in config.model_fields_set:
        value = getattr(config, name)
        if isinstance(value, SecretStr):
            if text := value.get_secret_value():
                shown[name], secrets[name] = MASK, text
        elif isinstance(value, str) and (masked := without_password(value)) != value:
            shown[name], secrets[name] = masked, value
        elif value is not None:
            shown[name] = value
    dumped = config.model_dump(mode="json", include={name for name in shown if name not in secrets})
    return {**shown, **dumped}, secrets


def without_password(text: str) -> str:
    """A URL with "••••" for its password; any other text as it is."""
    parts = _urlsplit(text)
    if parts is None:
        return text
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:{MASK}@{host}" if ":" in user else parts.netloc
    masked = parts._replace(netloc=netloc, query=PASSWORD.sub(rf"\1{MASK}", parts.query))
    return str(urlunsplit(masked)) if masked != parts else text


def location(config: BaseModel) -> str:
    """Where it is, in words: hosts with ports and database, or a path."""
    hosts = [f"{host}:{port}" if not host.startswith("/") else host for host, port in endpoints(config)]
    text = _url(config)
    parts = _urlsplit(text) if text else None
    database = unquote(parts.path.strip("/")) if parts else str(getattr(config, "database", "") or "")
    if hosts:
        return f"{', '.join(hosts)}/{database}".rstrip("/")[:500]
    if parts and parts.netloc:
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:500]
    return str(getattr(config, "path", "") or "")[:500]


def endpoints(config: BaseModel) -> list[tuple[str, int]]:
    """Every (host, port) that a config names: by `host` and `port`, or in a URL, also in the places where drivers look for more."""
    found: list[tuple[str, int]] = []
    for name in URLS:
        if text := _text(getattr(config, name, None)):
            found += _of_url(text)
    host = str(getattr(config, "host", "") or "")
    if host and not _text(getattr(config, "url", None)):
        found += [(one.strip(), int(getattr(config, "port", 0) or 0)) for one in host.split(",")]
    return found


def check_addresses(config: BaseModel, *, may_be_private: bool, may_resolve: bool = True) -> None:
    """ForbiddenAddress for our own endpoints, metadata services, folders of ours and of the system, and private networks unless `may_be_private`.

    A name that cannot be resolved now is not refused here: nothing is connected to, and whoever connects asks again.
    """
    policy: Policy = "source" if may_be_private else "public"
    for host, port in endpoints(config):
        try:
            check_host(host, port, policy=policy)
        except (Unreachable, TimedOut):
            if not may_resolve:
                raise
    path = getattr(config, "path", None)
    if isinstance(path, str | Path) and str(path):
        check_path(path, roots=[root for root in env.source_roots.split(":") if root])


def secret_names(config_class: type[BaseModel]) -> list[str]:
    """Fields of a Config that hold secrets."""
    return [name for name, field in config_class.model_fields.items() if SecretStr in _flat(field.annotation)]


def _flat(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for one in get_args(annotation):
            yield from _flat(one)
    else:
        yield annotation


def _text(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value if isinstance(value, str) else ""


def _url(config: BaseModel) -> str:
    return _text(getattr(config, "url", None))


def _urlsplit(text: str) -> Any:
    try:
        parts = urlsplit(text)
        return parts if "://" in text and parts.scheme else None
    except ValueError:
        return None


def _of_url(text: str) -> list[tuple[str, int]]:
    parts = _urlsplit(text)
    if parts is None or parts.scheme in ("s3", "file"):
        return []
    default = PORTS.get(parts.scheme.partition("+")[0], 443)
    found: list[tuple[str, int]] = []
    for one in parts.netloc.rpartition("@")[2].split(","):
        host, port = _host_port(unquote(one), default)
        if host:
            found.append((host, port))
    query = parse_qs(parts.query)
    ports = [int(port) for text in query.get("port", []) for port in text.split(",") if port.isdecimal() and len(port) < 6]
    hosts = [host for name in ("host", "hostaddr") for text in query.get(name, []) for host in text.split(",") if host]
    return found + [(host, ports[at] if at < len(ports) else ports[0] if ports else default) for at, host in enumerate(hosts)]


def _host_port(text: str, default: int) -> tuple[str, int]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    return host, int(port) if port.isdecimal() and len(port) < 6 else default
