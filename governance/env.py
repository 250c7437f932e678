"""Every knob of the portal, with its default and a sentence. Nothing set means a laptop; DATABASE_URL and REDIS_URL mean production."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from governance.core.errors import ConfigurationError
from governance.runtime.places import Places


def either(name: str) -> AliasChoices:
    """A setting that is also known without the prefix."""
    return AliasChoices(f"GOVERNANCE_{name}", name)


class Env(BaseSettings):
    """Settings read from the environment; names carry the prefix GOVERNANCE_ unless said otherwise."""

    model_config = SettingsConfigDict(env_prefix="GOVERNANCE_", extra="ignore", populate_by_name=True, env_parse_none_str="none")

    data_dir: Path = Field(Path("var"), validation_alias=either("DATA_DIR"), description="Folder of everything the portal keeps: data, keys, logs.")
    host: str = Field("127.0.0.1", validation_alias=either("HOST"), description="Address that the web process listens on.")
    port: int = Field(8000, ge=1, le=65535, validation_alias=either("PORT"), description="Port that the web process listens on.")
    database_url: str = Field("", validation_alias=either("DATABASE_URL"), description="PostgreSQL to use instead of the embedded one.")
    redis_url: str = Field("", validation_alias=either("REDIS_URL"), description="Redis or Valkey to use instead of the embedded one.")
    admin_password: str = Field(
        "", validation_alias=either("ADMIN_PASSWORD"), description="Password of the first administrator; made up and printed when not set."
    )
    debug: bool = Field(False, description="Django's debug pages; never in production.")
    secret_key: str = Field("", description="Key for sessions and signatures; made up in DATA_DIR/secrets when not set.")
    key_ring: str = Field("", description="JSON key ring for stored secrets; a file in DATA_DIR/secrets when not set.")
    event_key: str = Field("", description="Key of the HMAC on every event; made up in DATA_DIR/secrets when not set.")
    allowed_hosts: str = Field("", description="Host names the portal answers to, separated by commas; empty means this machine only.")
    base_url: str = Field("", description="Address under which people reach the portal, for links in messages.")
    https: bool = Field(False, description="The portal is behind TLS: secure cookies, HSTS and redirects are on.")
    trusted_proxies: int = Field(0, ge=0, description="Number of proxies in front whose X-Forwarded-For is believed.")
    web_threads: int = Field(8, ge=1, description="Threads that answer HTTP requests; each keeps one database connection.")
    live_sockets: int = Field(50, ge=1, description="Websockets that one person may have open on one web process.")
    body_limit: int = Field(64 * 1024 * 1024, ge=1024, description="Largest request body in bytes.")
    source_roots: str = Field("", description="Folders that file sources may be read from, separated by colons; empty: anywhere but system folders.")
    private_webhooks: str = Field("", description="Private networks or hosts that webhooks may go to, separated by commas.")
    lease: float = Field(30, ge=1, description="Seconds that a worker may be silent before its work is given to another.")
    statement_timeout: float = Field(60, gt=0, description="Seconds that one query against a source may take.")
    preview_timeout: float = Field(10, gt=0, description="Seconds that a preview of a source's rows may take.")
    row_budget: int = Field(5_000_000, gt=0, description="Rows of one dataset that one profile may read.")
    sample_rows: int = Field(3_000, gt=0, description="Rows of the uniform sample that is classified.")
    smtp_url: str = Field("", description="Mail server, smtp://user:password@host:port or smtps://…; without it e-mail receivers say so.")
    mail_from: str = Field("governance@localhost", description="Sender of e-mails.")
    alert_retention: int = Field(365, ge=0, description="Days that resolved alerts are kept; 0 keeps them for good.")
    login_limit: int = Field(5, ge=1, description="Wrong passwords per name, address and pair before further attempts are refused.")
    login_window: int = Field(900, ge=1, description="Seconds until refused attempts are forgotten.")
    language: str = Field("en", description="Language of the pages.")
    time_zone: str = Field("UTC", description="Time zone of pages for people who chose none.")

    @cached_property
    def places(self) -> Places:
        return Places(self.data_dir)

    @property
    def database(self) -> str:
        """URL of our own database."""
        return self.database_url or self.places.database_url()

    @property
    def redis(self) -> str:
        """URL of our own Valkey or Redis."""
        return self.redis_url or self.places.redis_url()

    def key(self, name: str, value: str) -> str:
        """A key that is set, or the one kept in DATA_DIR/secrets."""
        return value or self.places.secret(name)


def postgres_parameters(url: str) -> dict[str, object]:
    """Django's database settings for a postgresql:// URL; parameters of the query become libpq options."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigurationError(f"DATABASE_URL must start with postgresql://, not {parts.scheme or 'nothing'}://.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "governance",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def read() -> Env:
    """The settings; a ConfigurationError names every one that is wrong, without its value."""
    try:
        return Env()  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise ConfigurationError(f"Wrong setting in the environment. {wrong}.") from None


env = read()
