"""Reads a host as its writer may have disguised it, and says what kind of address it is. Pure: nothing is resolved here."""

from __future__ import annotations

import re
import socket
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote

import idna

from governance.core.errors import ForbiddenAddress, InvalidInput

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

NUMERIC = re.compile(r"^(0x[0-9a-f]*|[0-9]+)$")
# Addresses at which clouds give out credentials; 169.254.0.0/16 is forbidden as a whole.
METADATA = frozenset(
    ip_address(text)
    for text in (
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:42::42",
        "fd00:c1::a9fe:a9fe",
    )
)
METADATA_NAMES = frozenset(
    (
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "metadata.azure.com",
        "metadata.tencentyun.com",
        "metadata.ec2.internal",
        "instance-data",
        "instance-data.ec2.internal",
        "metadata.packet.net",
        "metadata.platformequinix.com",
    )
)
NAT64 = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")
COMPATIBLE = IPv6Network("::/96")
NEVER = (
    tuple(IPv4Network(text) for text in ("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4")),
    tuple(IPv6Network(text) for text in ("::/128", "fe80::/10", "ff00::/8", "100::/64")),
)


def normalise(host: str) -> str | IPAddress:
    """An address, or a lower-case ASCII name without trailing dot; `InvalidInput` for what is neither."""
    text = unicodedata.normalize("NFKC", host).replace("\u3002", ".").strip().lower()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if not text or len(text) > 1000 or re.search(r"[\s/\\?#@%<>\"^`{|}\x00-\x20\x7f]", text):
        raise InvalidInput(f"{_shown(host)} is not a host name or an address. Give it without scheme, user, path or zone.")
    if ":" in text:
        try:
            return _plain(IPv6Address(text))
        except ValueError:
            raise InvalidInput(f"{_shown(host)} is not an IPv6 address. Give the port apart from the host.") from None
    text = text[:-1] if text.endswith(".") else text
    if NUMERIC.match(text.rpartition(".")[2]):
        return _ipv4(text, host)
    try:
        return idna.encode(text, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        if re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", text):
            return text  # names with underscores are used inside networks
        raise InvalidInput(f"{_shown(host)} is not a host name. Check its spelling.") from None


def _ipv4(text: str, host: str) -> IPv4Address:
    """Whatever the system's own functions take for an IPv4 address: 2130706433, 0x7f.1, 0177.0.0.1, 127.1."""
    try:
        return IPv4Address(socket.inet_aton(text))
    except OSError:
        raise InvalidInput(f"{_shown(host)} is not an address. Check its numbers.") from None


def _plain(address: IPAddress) -> IPAddress:
    """::ffff:a.b.c.d as the IPv4 address that would be connected to."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def parse(text: str) -> IPAddress:
    """An address as a resolver gives it; a zone marks a link-local one, which is forbidden anyway."""
    return _plain(ip_address(text.partition("%")[0]))


def embedded(address: IPAddress) -> list[IPv4Address]:
    """IPv4 addresses that a gateway would take out of an IPv6 address: NAT64, 6to4, Teredo, ISATAP, IPv4-compatible."""
    if isinstance(address, IPv4Address):
        return []
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    found = list(address.teredo or ())
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if any(address in network for network in NAT64):
        found.append(last)
    if address in COMPATIBLE and int(address) > 1:
        found.append(last)
    if (int(address) >> 32) & 0xFDFFFFFF == 0x5EFE:
        found.append(last)
    return found


def never(address: IPAddress) -> str:
    """Why no connection may ever go to this address; empty when one may."""
    for one in (address, *embedded(address)):
        if one in METADATA or (isinstance(one, IPv4Address) and one in NEVER[0][1]):
            return "a metadata or link-local address"
        if isinstance(one, IPv4Address) and any(one in network for network in NEVER[0]):
            return "a reserved address"
        if isinstance(one, IPv6Address) and any(one in network for network in NEVER[1]):
            return "a reserved or link-local address"
    return ""


def is_public(address: IPAddress) -> bool:
    """Whether the address, and every address inside it, belongs to the internet at large."""
    return all(one.is_global and not one.is_multicast for one in (address, *embedded(address))) and address not in NAT64[1]


def is_local(address: IPAddress) -> bool:
    """Whether the address, or one inside it, is this machine: loopback, or one that a socket can be bound to."""
    return any(one.is_loopback or one.is_unspecified or _can_bind(one) for one in (address, *embedded(address)))


def _can_bind(address: IPAddress) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def socket_path(host: str) -> str | None:
    """The path when a host means a unix socket: /folder, @abstract, or either percent-encoded as in URLs."""
    text = host.strip()
    for _ in range(3):
        if text.startswith(("/", "@", "\0", "unix:")):
            return text.removeprefix("unix:").replace("\0", "@", 1)
        text = unquote(text)
    return None


def refuse_metadata_name(name: str) -> None:
    if name in METADATA_NAMES or name.endswith(".metadata.google.internal"):
        raise ForbiddenAddress(f"{name} is the metadata service of a cloud; nothing may be read from there. Choose another host.", host=name)


def _shown(host: str) -> str:
    return repr(host if len(host) <= 80 else host[:77] + "...")
