"""Servers of somebody else: Debian's PostgreSQL and Redis, speaking TLS with a certificate of a private authority."""

from __future__ import annotations

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import psycopg2
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from governance.runtime.kernel import ordinary_user, own_session
from tests.needs import need
from tests.portal import free_port, until

DEBIAN = "/usr/lib/postgresql/15/bin"


def certificates(folder: Path) -> None:
    """authority.pem, server.pem and server.key for 127.0.0.1 and localhost."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority {secrets.token_hex(4)}")])
    now = datetime.now(UTC)

    def builder(subject: x509.Name, key: ec.EllipticCurvePrivateKey, is_authority: bool) -> x509.CertificateBuilder:
        fresh = x509.CertificateBuilder().subject_name(subject).issuer_name(authority).public_key(key.public_key())
        fresh = fresh.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=7))
        return fresh.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)

    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    root = builder(authority, authority_key, True).sign(authority_key, hashes.SHA256())
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    leaf = builder(server, server_key, False).add_extension(names, critical=False).sign(authority_key, hashes.SHA256())
    (folder / "authority.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").touch(mode=0o600)
    (folder / "server.key").write_bytes(
        server_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A URL of a PostgreSQL 15 that takes nothing but TLS, with a database `portal` and its owner `portal`, who is no superuser."""
    initdb, server = need("initdb", DEBIAN), need("postgres", DEBIAN)
    port, password, root = free_port(), secrets.token_urlsafe(9) + "@/%", secrets.token_urlsafe(9)
    (folder / "root").write_text(root)
    options = ["-U", "postgres", f"--pwfile={folder / 'root'}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run([*ordinary_user(), initdb, "-D", str(folder / "cluster"), *options], check=True, capture_output=True)
    (folder / "cluster" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    settings = {"ssl": "on", "ssl_cert_file": folder / "server.pem", "ssl_key_file": folder / "server.key", "unix_socket_directories": ""}
    settings |= {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off", "wal_level": "replica"}
    command = [*ordinary_user(), server, "-D", str(folder / "cluster"), *(f"--{name}={value}" for name, value in settings.items())]
    tls = f"sslmode=verify-full&sslrootcert={folder / 'authority.pem'}"
    with _running(command, folder / "postgres.log", signal.SIGINT):
        opened = until(lambda: _connected(f"postgresql://postgres:{root}@127.0.0.1:{port}/postgres?{tls}"), "PostgreSQL 15")
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute("CREATE ROLE portal LOGIN CREATEDB CREATEROLE PASSWORD %s", [password])
            cursor.execute("CREATE DATABASE portal OWNER portal")
        opened.close()
        yield f"postgresql://portal:{quote(password, safe='')}@127.0.0.1:{port}/portal?{tls}"


def _connected(url: str) -> psycopg2.extensions.connection | None:
    try:
        return psycopg2.connect(url)
    except psycopg2.OperationalError:
        return None


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """A URL of a Redis that takes nothing but TLS, with a password."""
    server, port, password = need("redis-server"), free_port(), secrets.token_urlsafe(9) + "@/%"
    lines = ["port 0", f"tls-port {port}", "bind 127.0.0.1", f"tls-cert-file {folder / 'server.pem'}", f"tls-key-file {folder / 'server.key'}"]
    lines += [f"tls-ca-cert-file {folder / 'authority.pem'}", "tls-auth-clients no", f'requirepass "{password}"', 'save ""', f"dir {folder}"]
    (folder / "redis.conf").write_text("\n".join(lines))
    url = f"rediss://:{quote(password, safe='')}@127.0.0.1:{port}/0?ssl_ca_certs={folder / 'authority.pem'}"
    with _running([server, str(folder / "redis.conf")], folder / "redis.log", signal.SIGTERM):
        until(lambda: _pinged(url), "Redis")
        yield url


def _pinged(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


@contextmanager
def _running(command: list[str], log: Path, stop: signal.Signals) -> Iterator[None]:
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=own_session(stop))
    try:
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
