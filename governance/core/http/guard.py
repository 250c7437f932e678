"""Where connections may go. Every outgoing connection is checked here, and then made to the address that was checked.

Policy `source`: anything an administrator may own, private networks and loopback included. Policy `public`: the internet at large, and
what an allow-list names. Under both, never this portal itself, a cloud's metadata service, or an address that means nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from governance.core.errors import ForbiddenAddress, InvalidInput, TimedOut, Unreachable
from governance.core.http.addresses import (
    IPAddress,
    IPNetwork,
    is_local,
    is_public,
    never,
    normalise,
    parse,
    refuse_metadata_name,
    socket_path,
)
from governance.core.http.protected import is_below, protected

Policy = Literal["source", "public"]
Resolver = Callable[[str, int], Iterable[str]]

RESOLVE_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Pinned:
    """What to connect to: an address and a port, or the folder or file of a unix socket (port 0)."""

    address: str
    port: int

    @property
    def is_socket(self) -> bool:
        return self.address.startswith("/")


def resolve(name: str, port: int) -> list[str]:
    """Addresses of a name, by the system's resolver, within 10 s."""
    try:
        found = _resolvers(os.getpid()).submit(socket.getaddrinfo, name, port, 0, socket.SOCK_STREAM).result(RESOLVE_TIMEOUT)
    except FutureTimeout as error:
        raise TimedOut(f"The name {name} was not resolved in {RESOLVE_TIMEOUT:g} s. Check the name servers of this machine.", host=name) from error
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {name} cannot be resolved. Check its spelling, and that this machine may ask for it.", host=name) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@lru_cache(maxsize=1)
def _resolvers(pid: int) -> ThreadPoolExecutor:
    """Threads do not survive a fork, so each process has its own."""
    return ThreadPoolExecutor(4, thread_name_prefix=f"resolver-{pid}")


def check_host(host: str, port: int, *, policy: Policy, allow: Sequence[str] = (), resolver: Resolver = resolve) -> list[Pinned]:
    """The addresses of `host`, all of them allowed; connect to these and to nothing else.

    `allow` names what the policy alone would refuse: networks (`10.0.0.0/8`), hosts (`hooks.example.org`), whole domains
    (`.example.org`), folders of unix sockets. Raises ForbiddenAddress, InvalidInput, Unreachable or TimedOut.
    """
    path = socket_path(host)
    if path is not None:
        return [_check_socket(path, policy, allow)]
    if not 0 < port < 65536:
        raise InvalidInput(f"{port} is not a port. Give a number from 1 to 65535.")
    target = normalise(host)
    if isinstance(target, str):
        refuse_metadata_name(target)
        addresses = [parse(text) for text in resolver(target, port)]
        if not addresses:
            raise Unreachable(f"The name {target} has no address. Check its spelling.", host=target)
    else:
        addresses = [target]
    is_named = _names(str(target), allow)
    networks = _networks(allow)
    for address in addresses:
        # One forbidden address among several is enough: an attacker's name server mixes them.
        _check_address(str(target), address, port, policy, is_named or any(address in network for network in networks))
    protected.refuse(str(target), addresses, port, resolver)
    return [Pinned(str(address), port) for address in dict.fromkeys(addresses)]


def _check_address(host: str, address: IPAddress, port: int, policy: Policy, is_allowed: bool) -> None:
    reason = never(address)
    if reason:
        raise ForbiddenAddress(f"{host} is {reason}; no connection goes there. Choose another host.", host=host)
    if protected.covers(port) and is_local(address):
        raise ForbiddenAddress(f'{host}:{port} is this portal itself. Its own data is the built-in source "This portal".', host=host, port=port)
    if policy == "public" and not is_allowed and not is_public(address):
        raise ForbiddenAddress(
            f"{host} is in a private network. An administrator may add such a source; a receiver needs the host in GOVERNANCE_PRIVATE_WEBHOOKS.",
            host=host,
        )


def _check_socket(path: str, policy: Policy, allow: Sequence[str]) -> Pinned:
    if path.startswith("@"):
        raise ForbiddenAddress("Abstract unix sockets are not allowed. Give a host name, or a socket folder that an administrator has allowed.")
    real = Path(os.path.realpath(path))
    if protected.owns(real):
        raise ForbiddenAddress('This socket belongs to the portal itself. Its own data is the built-in source "This portal".')
    if policy != "source" or not any(is_below(real, Path(os.path.realpath(entry))) for entry in allow if entry.startswith("/")):
        raise ForbiddenAddress("This unix socket is not allowed. Give a host name, or ask an administrator to allow its folder.")
    return Pinned(str(real), 0)


def _names(host: str, allow: Sequence[str]) -> bool:
    entries = [entry.strip().lower().rstrip(".").removeprefix("*") for entry in allow]
    return any(host == entry or (entry.startswith(".") and host.endswith(entry)) for entry in entries)


def _networks(allow: Sequence[str]) -> list[IPNetwork]:
    networks: list[IPNetwork] = []
    for entry in allow:
        try:
            networks.append(ip_network(entry.strip().removeprefix("[").removesuffix("]"), strict=False))
        except ValueError:
            continue  # a name, which _names reads
    return networks
