"""The outgoing HTTP client. It connects to the addresses that the guard has checked and to nothing else; a name is never resolved twice.

The name stays in Host, SNI and the certificate check. Each redirect is checked as the first address was. Proxies and logins of the environment
are not used. An error names the host, never the path, the query, a header or the body: addresses of webhooks are secrets.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpcore
import httpx

from governance.core.errors import ForbiddenAddress, GovernanceError, InvalidInput, TimedOut, TooLarge, Unreachable
from governance.core.http.guard import Pinned, Policy, Resolver, check_host, resolve

REDIRECTS = 3
BODY_LIMIT = 1024 * 1024
SLICE = 16 * 1024
PORTS = {"http": 80, "https": 443}
# What a redirect to another origin may carry on; everything else may be a login or a signature for the first one.
HARMLESS = frozenset(("accept", "accept-encoding", "accept-language", "content-type", "user-agent"))


@dataclass(frozen=True, slots=True)
class Timeout:
    """Seconds; `total` bounds the whole exchange with its redirects, however slowly bytes drip."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0


TIMEOUT = Timeout()


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` has lower-case names; the last of several equal ones counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; InvalidInput when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise InvalidInput("The answer is not JSON. Check the address.") from None


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    timeout: Timeout | float = TIMEOUT,
    policy: Policy = "public",
    allow: Sequence[str] = (),
    limit: int = BODY_LIMIT,
    resolver: Resolver = resolve,
) -> Answer:
    """Send one request and read its whole answer, at most `limit` bytes; `allow` is as in `guard.check_host`.

    At most 3 redirects are followed: all of them for GET and HEAD, only 307 and 308 (which carry the body on) for other methods, never from https to http.
    A redirect that is not followed is an answer like any other. Raises ForbiddenAddress, InvalidInput, Unreachable, TimedOut or TooLarge.
    """
    limits = timeout if isinstance(timeout, Timeout) else Timeout(min(5.0, timeout), min(10.0, timeout), timeout)
    deadline = _Deadline(limits.total)
    target = _parsed(url)
    sent = {"user-agent": "governance-portal", "accept-encoding": "identity", **_lower(headers or {})}
    if target.userinfo:
        sent.setdefault("authorization", "Basic " + base64.b64encode(f"{target.username}:{target.password}".encode()).decode())
        target = target.copy_with(userinfo=b"")
    for hops_left in range(REDIRECTS, -1, -1):
        answer = _exchange(method.upper(), target, sent, content, limits, deadline, _pins(target, policy, allow, resolver), limit)
        place = _next_place(method.upper(), target, answer)
        if place is None:
            return answer
        if not hops_left:
            break
        if _origin(place) != _origin(target):
            sent = {name: value for name, value in sent.items() if name in HARMLESS}
        target = place
    raise Unreachable(f"{target.host} redirects more than {REDIRECTS} times. Give the final address.", host=target.host)


def _parsed(url: str | httpx.URL) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise InvalidInput("This is not an address of the web. Give one that starts with https://.") from None
    if parsed.scheme not in PORTS:
        raise ForbiddenAddress("Only addresses that start with https:// or http:// are allowed. Give one of those.")
    if not parsed.raw_host:
        raise InvalidInput("This address names no host. Give one such as https://example.org/path.")
    return parsed


def _pins(target: httpx.URL, policy: Policy, allow: Sequence[str], resolver: Resolver) -> list[Pinned]:
    port = target.port if target.port is not None else PORTS[target.scheme]
    pins = check_host(target.raw_host.decode("ascii"), port, policy=policy, allow=allow, resolver=resolver)
    if any(pin.is_socket for pin in pins):
        raise ForbiddenAddress("A unix socket is not an address of the web. Give a host name.")
    return pins


def _exchange(
    method: str,
    target: httpx.URL,
    headers: Mapping[str, str],
    content: bytes,
    limits: Timeout,
    deadline: _Deadline,
    pins: Sequence[Pinned],
    limit: int,
) -> Answer:
    """One request, one answer, one connection."""
    times = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.connect}
    address = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
    host = target.host
    try:
        lines = [(b"Host", target.netloc), *((name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items())]
        with (
            httpcore.ConnectionPool(ssl_context=tls(), network_backend=_PinnedBackend(pins, deadline), max_connections=1) as pool,
            pool.stream(method, address, headers=lines, content=content, extensions={"timeout": times}) as response,
        ):
            body = _bounded(response.iter_stream(), limit, host)
            fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, fields, body)
    except UnicodeError:
        raise InvalidInput("A header holds a character that HTTP does not carry. Use plain ASCII.") from None
    except httpcore.TimeoutException:
        raise TimedOut(f"{host} did not answer in time ({limits.total:g} s in all). Try again later, or check the service.", host=host) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _unreachable(host, error) from None


def _unreachable(host: str, error: Exception) -> GovernanceError:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        reason = "shows a certificate that is not valid for it. Renew it, or install the authority that signed it on this machine."
    elif "SSL" in text or "TLS" in text:
        reason = "does not speak TLS as expected. Check whether the address should start with http://, and the port."
    elif isinstance(error, httpcore.LocalProtocolError):
        return InvalidInput("The request is not one that HTTP can carry. Check the headers for line breaks.", host=host)
    elif isinstance(error, httpcore.ProtocolError):
        reason = "does not answer as a web server does, or went away in the middle. Check the address and the port."
    else:
        reason = "cannot be reached. Check that the service runs and that this machine may connect to it."
    return Unreachable(f"{host} {reason}", host=host)


def _bounded(chunks: Iterable[bytes], limit: int, host: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"{host} answered with more than {limit} bytes. Check the address.", host=host)
    return bytes(body)


def _next_place(method: str, target: httpx.URL, answer: Answer) -> httpx.URL | None:
    followed = (301, 302, 303, 307, 308) if method in ("GET", "HEAD") else (307, 308)
    if answer.status not in followed or not answer.headers.get("location"):
        return None
    try:
        place = target.join(answer.headers["location"])
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Unreachable(f"{target.host} redirects to something that is no address. Give the final address.", host=target.host) from None
    place = _parsed(place)
    if place.userinfo:
        raise ForbiddenAddress(f"{target.host} redirects to an address with a login in it, which is not followed. Give the final address.")
    if (target.scheme, place.scheme) == ("https", "http"):
        raise ForbiddenAddress(f"{target.host} redirects from https to http, which is not followed. Give the final address.", host=target.host)
    return place


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host, url.port or PORTS[url.scheme]


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    # Host, the length and the connection are the client's own business.
    return {
        name.lower(): value for name, value in headers.items() if name.lower() not in ("host", "content-length", "transfer-encoding", "connection")
    }


@cache
def tls() -> ssl.SSLContext:
    """The system's authorities (a company's own among them), and Mozilla's where the system has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def within(self, timeout: float | None, kind: type[Exception]) -> float:
        """The smaller of a timeout and what is left of the whole; raises when nothing is left."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise kind("deadline")
        return left if timeout is None else min(timeout, left)


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the pinned addresses, in their order, whatever host it is asked for."""

    def __init__(self, pins: Sequence[Pinned], deadline: _Deadline) -> None:
        self.pins, self.deadline = pins, deadline
        self.system = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None) -> Any:
        last: Exception = httpcore.ConnectError("no address")
        for pin in self.pins:
            seconds = self.deadline.within(timeout, httpcore.ConnectTimeout)
            try:
                return _BoundedStream(self.system.connect_tcp(pin.address, pin.port, seconds, local_address, socket_options), self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class _BoundedStream(httpcore.NetworkStream):
    """Every wait on the wire ends with the deadline of the whole exchange."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), SLICE):
            self.stream.write(buffer[start : start + SLICE], self.deadline.within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> httpcore.NetworkStream:
        seconds = self.deadline.within(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self.stream.start_tls(ssl_context, server_hostname, seconds), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
