"""Where a PostgreSQL server is and how we log in; and the addresses that we may connect to."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import psycopg2
from psycopg2.extensions import parse_dsn
from pydantic import ConfigDict, Field, SecretStr, model_validator

from governance.core.errors import InvalidInput
from governance.core.http.guard import Pinned, Policy, check_host
from governance.core.http.paths import check_path
from governance.sources.connectors.base import Connector
from governance.sources.connectors.path_config import roots

TLS = Literal["disable", "prefer", "require", "verify-full"]
MODES: dict[str, TLS] = {"disable": "disable", "allow": "prefer", "prefer": "prefer", "require": "require", "verify-full": "verify-full"}
URL_PARAMETERS = frozenset({"host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "connect_timeout", "application_name"})
"""What a URL may set. Everything else (options, passfile, service, hostaddr, …) could lead elsewhere or undo the read-only session."""
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
FIXED = {
    # None of the caller's own files or PG… variables may decide how we log in.
    **dict.fromkeys(("passfile", "sslcert", "sslkey", "sslcrl"), "/nonexistent"),
    "gssencmode": "disable",
    "client_encoding": "UTF8",
    "application_name": "governance portal",
    "options": "",
    "keepalives": "1",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}


class ServerConfig(Connector.Config):
    """A server by its parts, or as one URL."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    host: str = Field("", title="Host", description="Name or address of the server, without port.")
    port: int = Field(5432, ge=1, le=65535, title="Port", description="Port that the server listens on.")
    database: str = Field("", title="Database", description="Name of the database to scan. One source is one database.")
    user: str = Field("", title="User", description="Role to log in as. It needs CONNECT on the database, USAGE on schemas and SELECT on tables.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of the role. It is stored encrypted and never shown again.")
    tls: TLS = Field(
        "prefer", title="TLS", description="prefer: encrypted when the server can; require: always; verify-full: also check the server's certificate."
    )
    url: SecretStr | None = Field(
        None, title="URL", description="postgresql://user:password@host:port/database?sslmode=require, instead of the fields above."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.url is not None:
            url_parameters(self.url.get_secret_value())
        elif not (self.host and self.database and self.user):
            raise ValueError("Give host, database and user, or a URL.")
        texts = (self.host, self.database, self.user, self.password.get_secret_value())
        if any("\0" in text for text in texts):
            raise ValueError("A NUL character cannot be part of a host, database, user or password.")
        return self

    def parameters(self) -> dict[str, str]:
        """libpq's names for what was configured; `host` may list several servers."""
        if self.url is not None:
            return url_parameters(self.url.get_secret_value())
        return {
            "host": self.host,
            "port": str(self.port),
            "dbname": self.database,
            "user": self.user,
            "password": self.password.get_secret_value(),
            "sslmode": self.tls,
        }


def url_parameters(url: str) -> dict[str, str]:
    """The parts of a postgresql:// URL; ValueError for what is not one, or sets what it may not."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("The URL must start with postgresql://.")
    try:
        found: dict[str, Any] = parse_dsn(url)
    except (psycopg2.Error, UnicodeError, ValueError):
        raise ValueError("The URL cannot be read. Percent-encode special characters in user and password.") from None
    unknown = sorted(found.keys() - URL_PARAMETERS)
    if unknown:
        raise ValueError(f"The URL may not set {', '.join(unknown)}. Leave it out.")
    mode = MODES.get(found.get("sslmode", "prefer"))
    if mode is None:
        raise ValueError("sslmode must be disable, prefer, require or verify-full.")
    if not found.get("host") or not found.get("dbname"):
        raise ValueError("The URL needs a host and a database: postgresql://user:password@host:port/database.")
    kept = {name: str(value) for name, value in found.items() if name not in ("connect_timeout", "application_name")}
    return {"port": "5432", "user": "", "password": "", **kept, "sslmode": mode}


def endpoints(parameters: dict[str, str]) -> list[tuple[str, int]]:
    """(host, port) of each server that the parameters list."""
    hosts = parameters["host"].split(",")
    ports = parameters.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    try:
        return [(host, int(port or 5432)) for host, port in zip(hosts, ports, strict=True)]
    except ValueError:
        raise InvalidInput("The list of ports does not fit the list of hosts. Give one port, or one for each host.") from None


def pinned(parameters: dict[str, str], policy: Policy = "source") -> dict[str, str]:
    """Connection parameters with the addresses that the guard allowed; no name is resolved again. Raises what check_host raises."""
    targets: list[tuple[str, Pinned]] = []
    for host, port in endpoints(parameters):
        targets += [(host, target) for target in check_host(host, port, policy=policy)]
    return {**parameters, **_addresses(targets), **_certificates(parameters), **FIXED}


def _certificates(parameters: dict[str, str]) -> dict[str, str]:
    """The authorities that verify-full trusts: those of the URL, or this system's."""
    if parameters.get("sslmode") != "verify-full":
        return {"sslrootcert": "/nonexistent"}
    if parameters.get("sslrootcert"):
        return {"sslrootcert": str(check_path(parameters["sslrootcert"], roots=roots()))}
    found = ssl.get_default_verify_paths().cafile
    return {"sslrootcert": next((path for path in (found, *BUNDLES) if path and Path(path).exists()), "system")}


def _addresses(targets: Sequence[tuple[str, Pinned]]) -> dict[str, str]:
    """With `hostaddr` the name in `host` only serves to check the certificate."""
    if any(target.is_socket for _, target in targets):
        return {"host": next(target.address for _, target in targets if target.is_socket), "port": "5432"}
    return {
        "host": ",".join(host for host, _ in targets),
        "hostaddr": ",".join(target.address for _, target in targets),
        "port": ",".join(str(target.port) for _, target in targets),
    }
