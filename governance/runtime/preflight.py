"""What is looked at before anything starts, so that what is wrong is one clear line and nothing is lost."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from governance.core.errors import ConfigurationError, Conflict, CredentialsRefused, GovernanceError, Unreachable
from governance.runtime.places import Places

LEAST_FREE = 256 * 1024 * 1024
PATIENCE = 5  # seconds for an outside server to answer
OLDEST_POSTGRES = 14
# redis-py tries a refused password three more times by itself.
ONCE = Retry(NoBackoff(), 0)
MASK = "••••"
REFUSED = ("password authentication failed", "no pg_hba.conf entry", "does not exist", "permission denied")


class Lock:
    """The lock on DATA_DIR; the file says who holds it. It goes away with the process, however that ends."""

    def __init__(self, places: Places, purpose: str) -> None:
        self.path = places.lock
        try:
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(f"{self.path} cannot be written ({error.strerror}); choose another DATA_DIR or mend its owner.") from error
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            purpose_of_other, pid = self.holder()
            os.close(self.file)
            raise Conflict(
                f"`manage.py {purpose_of_other}` already runs on {places.data_dir} (process {pid}); stop it first, or choose another DATA_DIR.",
                purpose=purpose_of_other,
                pid=pid,
            ) from error
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, f"{purpose} {os.getpid()}\n".encode(), 0)

    def holder(self) -> tuple[str, str]:
        """What the holder does (up, scan, backup …) and its process id, as it wrote them."""
        purpose, _, pid = os.pread(self.file, 200, 0).decode().strip().partition(" ")
        return purpose or "up", pid or "unknown"

    def release(self) -> None:
        os.close(self.file)


def check_space(places: Places) -> None:
    """Refuses to start on a disk that is nearly full."""
    free = shutil.disk_usage(places.data_dir).free
    if free < LEAST_FREE:
        raise ConfigurationError(
            f"The disk of {places.data_dir} is full ({free // 2**20} MB free, {LEAST_FREE // 2**20} MB needed); make room or choose another DATA_DIR."
        )


def check_writable(places: Places) -> None:
    """Writes and removes a file: a read-only file system or a quota shows only then."""
    probe = places.data_dir / f".write-test-{os.getpid()}"
    try:
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise storage_error(error, places.data_dir) from error


def storage_error(error: OSError, folder: Path) -> ConfigurationError:
    """An operating system's error about storage, as a sentence that says what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ConfigurationError(f"The disk of {folder} is full; make room or choose another DATA_DIR.")
    return ConfigurationError(f"{folder} cannot be written ({error.strerror}); choose another DATA_DIR or mend its owner.")


def listen(host: str, port: int) -> socket.socket:
    """The portal's listening socket. The supervisor keeps it, so clients wait in its queue while web comes back."""
    if not 0 < port < 65536:
        raise ConfigurationError(f"{port} is not a port; choose one between 1 and 65535 with PORT=.")
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
        return listener
    except socket.gaierror as error:
        raise ConfigurationError(f"{host} is not an address of this machine; choose another --host.") from error
    except OSError as error:
        if listener:
            listener.close()
        raise _port_error(error, host, port) from error


def _port_error(error: OSError, host: str, port: int) -> GovernanceError:
    if error.errno == errno.EADDRINUSE:
        return Conflict(f"Port {port} on {host} is taken; stop the program that uses it, or choose another port with PORT=.")
    if error.errno == errno.EACCES:
        return ConfigurationError(f"This user may not listen on port {port}; choose one above 1023 with PORT=.")
    return ConfigurationError(f"The portal cannot listen on {host} port {port} ({error.strerror}); choose another --host or PORT=.")


def check_database(url: str) -> None:
    """One connection to DATABASE_URL; every way it can fail is a sentence without the password."""
    where = masked(url)
    try:
        opened = psycopg2.connect(url, connect_timeout=PATIENCE)
    except psycopg2.OperationalError as error:
        kind = CredentialsRefused if any(sign in str(error) for sign in REFUSED) else Unreachable
        raise kind(f"DATABASE_URL ({where}) cannot be used: {_one_line(error, url)}. Mend the URL or the server, then start again.") from error
    except psycopg2.Error as error:
        raise ConfigurationError(
            "DATABASE_URL is not a PostgreSQL URL; it looks like postgresql://user:password@host:5432/database, special characters percent-encoded."
        ) from error
    version = opened.server_version // 10000
    opened.close()
    if version < OLDEST_POSTGRES:
        raise ConfigurationError(f"DATABASE_URL ({where}) is PostgreSQL {version}; the portal needs {OLDEST_POSTGRES} or newer.")


def check_redis(url: str) -> None:
    """One PING to REDIS_URL; every way it can fail is a sentence without the password."""
    where = masked(url)
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=ONCE) as client:
            client.ping()
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as error:
        raise CredentialsRefused(f"REDIS_URL ({where}) refuses the user or the password; mend the URL, then start again.") from error
    except redis.RedisError as error:
        if "AUTH" in str(error).upper() or "WRONGPASS" in str(error):
            raise CredentialsRefused(f"REDIS_URL ({where}) asks for another user or password; mend the URL, then start again.") from error
        raise Unreachable(f"REDIS_URL ({where}) cannot be used: {_one_line(error, url)}. Mend the URL or the server, then start again.") from error
    except (ValueError, TypeError) as error:
        raise ConfigurationError("REDIS_URL is not a Redis URL; it looks like rediss://user:password@host:6379/0.") from error


def masked(url: str) -> str:
    """The URL with •••• for its password."""
    return re.sub(r"(?<=://)([^:/@]*):.*(?=@)", rf"\1:{MASK}", url).partition("?")[0]


def _one_line(error: Exception, url: str) -> str:
    """The error's first line without anything that stands where a URL has its password."""
    text = str(error).strip().splitlines()[0].strip().rstrip(".") if str(error).strip() else type(error).__name__
    found = re.search(r"://[^:/@]*:(.*)@", url)
    pieces = re.split(r"[@/:?#]", found[1]) if found else []
    for piece in sorted({*pieces, *map(unquote, pieces), unquote(urlsplit_password(url))}, key=len, reverse=True):
        text = text.replace(piece, MASK) if len(piece) > 2 else text
    return text


def urlsplit_password(url: str) -> str:
    """The password as the URL writes it, or nothing when the URL cannot be split."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
