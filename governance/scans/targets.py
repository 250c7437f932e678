"""What a TARGET of `manage.py scan` means, and the source that stands for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from governance.core.access import Actor
from governance.core.errors import InvalidInput
from governance.core.http.paths import has_magic
from governance.sources.configuration import location, prepare, without_password
from governance.sources.connectors.base import CONNECTORS
from governance.sources.models import Source
from governance.sources.services import create_source, update_source

SERVERS: Final = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql", "s3": "s3"}
FILES: Final = {"sqlite": "sqlite", "duckdb": "duckdb"}
ENDINGS: Final = {".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".db3": "sqlite", ".duckdb": "duckdb", ".ddb": "duckdb"}
PASSWORDS: Final = {"postgresql": "PGPASSWORD"}
"""Where the programs of that server look for a password."""
SQLITE: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Target:
    """`shown` holds no password."""

    shown: str
    kind: str
    config: dict[str, Any]

    @property
    def wants_password(self) -> bool:
        """Whether it is a server, and its URL tells no password."""
        url = self.config.get("url", "")
        return self.kind in PASSWORDS and without_password(url) == url


def read(text: str) -> Target:
    """A URL, a file, a folder or a glob; InvalidInput for what is none of these."""
    if not text.strip() or "\0" in text:
        # Where a script's variable is not set, the folder it happens to run in is not meant.
        raise InvalidInput("This target is empty. Give a URL, a file, a folder or a glob; a full stop stands for this folder.")
    if "://" not in text:
        return _path(text)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise InvalidInput(
            "This is not a URL that can be read. Check the brackets around its address, and write it as postgresql://user:password@host/database."
        ) from None
    scheme = parts.scheme.partition("+")[0].lower()
    if scheme in FILES:
        path = unquote(text.partition("://")[2])
        # sqlite:///relative and sqlite:////absolute, as SQLAlchemy has them; a path that only exists as absolute is taken as such.
        path = path.removeprefix("/") if path.startswith("//") or Path(path.removeprefix("/")).exists() else path
        return _known(Target(text, FILES[scheme], {"path": str(Path(path).expanduser().absolute())}))
    if scheme not in SERVERS:
        raise InvalidInput(f"{scheme}:// is not a kind of source. Known are {', '.join((*SERVERS, *FILES))}, files, folders and globs.")
    url = text if scheme != "postgres" else "postgresql" + text[len("postgres") :]
    return _known(Target(without_password(text), SERVERS[scheme], {"url": url}))


def with_password(target: Target, password: str) -> Target:
    """The target with this password in its URL, if it is one that wants one."""
    if not (password and target.wants_password):
        return target
    parts = urlsplit(target.config["url"])
    user, _, host = parts.netloc.rpartition("@")
    url = urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))
    return replace(target, config={"url": url})


def source_for(target: Target, *, actor: Actor) -> Source:
    """The source at this place, made if it is not there yet; a new password replaces the stored one, and without one the stored one is used."""
    place = location(prepare(target.kind, target.config).config)
    for source in Source.objects.filter(kind=target.kind, location=place, is_builtin=False).order_by("pk"):
        if set(source.config) == set(target.config):
            stored = source.connection_config()
            is_same = stored == target.config or (target.wants_password and _without(stored["url"]) == target.config["url"])
            return source if is_same else update_source(source, config=target.config, actor=actor)
    return create_source(name=_free_name(place or target.kind), kind=target.kind, config=target.config, actor=actor)


def _without(url: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}"))


def _path(text: str) -> Target:
    path = Path(text).expanduser().absolute()
    if not path.exists() and not has_magic(text):
        raise InvalidInput(f"There is no file or folder {text}. Check the path, or give a URL such as postgresql://user:password@host/database.")
    kind = ENDINGS.get(path.suffix.lower(), "files")
    if path.is_file() and kind != "duckdb":
        with path.open("rb") as file:
            kind = "sqlite" if file.read(len(SQLITE)) == SQLITE else "files" if path.suffix.lower() not in ENDINGS else kind
    return Target(text, kind, {"path": str(path)})


def _known(target: Target) -> Target:
    if target.kind not in CONNECTORS:
        raise InvalidInput(f"{target.kind} cannot be scanned by this version. Known kinds: {', '.join(CONNECTORS)}.")
    CONNECTORS.get(target.kind)
    return target


def _free_name(wanted: str) -> str:
    name, number = wanted[:190], 1
    while Source.objects.filter(name__iexact=name).exists():
        number += 1
        name = f"{wanted[:190]} ({number})"
    return name
