"""Where connections may go."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from governance.core.errors import ForbiddenAddress, GovernanceError, InvalidInput, Unreachable
from governance.core.http.addresses import embedded, is_local, is_public, normalise, parse
from governance.core.http.guard import Pinned, Policy, check_host
from governance.core.http.protected import Protected, protected


def to(*addresses: str) -> object:
    return lambda name, port: list(addresses)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[Protected]:
    """Only what a test protects is protected."""
    for name in ("ports", "endpoints", "folders"):
        monkeypatch.setattr(protected, name, set())
    yield protected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("[::FFFF:127.0.0.1]", "127.0.0.1"),
        ("\uff11\uff12\uff17\u30020.0.1", "127.0.0.1"),
        ("::ffff:7f00:1", "127.0.0.1"),
        ("Example.ORG.", "example.org"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("my_db.internal", "my_db.internal"),
    ],
)
def test_a_host_is_read_as_the_system_would_read_it(written: str, meant: str) -> None:
    assert str(normalise(written)) == meant


@pytest.mark.parametrize(
    "written", ["", " ", "a b", "a/b", "user@host", "host:80", "fe80::1%eth0", "1.2.3.4.5", "999.1.1.1", "a\x00b", "x" * 2000, "a\\b", "ex*mple.org"]
)
def test_what_is_no_host_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        normalise(written)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "100.100.100.200",
        "fd00:ec2::254",
        "0",
        "255.255.255.255",
        "224.0.0.1",
        "::",
        "fe80::1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
@pytest.mark.parametrize("policy", ["source", "public"])
def test_metadata_and_meaningless_addresses_are_refused_under_both_policies(host: str, policy: Policy) -> None:
    with pytest.raises(ForbiddenAddress):
        check_host(host, 80, policy=policy, allow=["0.0.0.0/0", "::/0", host])


@pytest.mark.parametrize("name", ["metadata.google.internal", "METADATA.", "instance-data", "x.metadata.google.internal"])
def test_names_of_metadata_services_are_refused_before_they_are_resolved(name: str) -> None:
    def never(name: str, port: int) -> list[str]:
        raise AssertionError("resolved")

    with pytest.raises(ForbiddenAddress, match="metadata"):
        check_host(name, 80, policy="source", resolver=never)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1", "198.18.0.1", "64:ff9b::a00:1"]
)
def test_private_addresses_are_for_sources_and_for_the_allow_list(address: str) -> None:
    assert check_host(address, 80, policy="source") == [Pinned(str(parse(address)), 80)]
    with pytest.raises(ForbiddenAddress):
        check_host(address, 80, policy="public")
    assert check_host(address, 80, policy="public", allow=[f"{parse(address)}"])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_the_internet_is_for_everybody(address: str) -> None:
    assert check_host("example.org", 443, policy="public", resolver=to(address)) == [Pinned(address, 443)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "is_allowed"),
    [
        ("hooks.corp", True),
        (".corp", True),
        ("*.corp", True),
        ("HOOKS.corp.", True),
        ("corp", False),
        ("ooks.corp", False),
        ("", False),
        ("*", False),
        ("10.0.0.0/8", True),
        ("11.0.0.0/8", False),
    ],
)
def test_an_allow_list_names_hosts_domains_and_networks(entry: str, is_allowed: bool) -> None:
    if is_allowed:
        assert check_host("hooks.corp", 80, policy="public", allow=[entry], resolver=to("10.0.0.5")) == [Pinned("10.0.0.5", 80)]  # type: ignore[arg-type]
    else:
        with pytest.raises(ForbiddenAddress):
            check_host("hooks.corp", 80, policy="public", allow=[entry], resolver=to("10.0.0.5"))  # type: ignore[arg-type]


def test_every_address_of_a_name_must_be_allowed() -> None:
    with pytest.raises(ForbiddenAddress):
        check_host("mixed.example.org", 80, policy="public", resolver=to("93.184.216.34", "10.0.0.1"))  # type: ignore[arg-type]


def test_a_name_without_addresses_says_so() -> None:
    with pytest.raises(Unreachable, match="no address"):
        check_host("nothing.example.org", 80, policy="public", resolver=to())  # type: ignore[arg-type]


def test_a_name_that_cannot_be_resolved_says_so() -> None:
    with pytest.raises(Unreachable, match="cannot be resolved"):
        check_host("no-such-host.invalid", 80, policy="source")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(InvalidInput, match="not a port"):
        check_host("example.org", port, policy="source")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "::1", "::ffff:127.0.0.1", "127.8.9.1"])
def test_our_own_port_is_refused_on_every_address_of_this_machine(clean: Protected, host: str) -> None:
    clean.add_port(8000)
    for policy in ("source", "public"):
        with pytest.raises(ForbiddenAddress, match="this portal itself"):
            check_host(host, 8000, policy=policy, allow=["127.0.0.0/8", "::1"])
    assert check_host(host, 8001, policy="source")


def test_our_own_port_is_refused_on_the_address_of_an_interface(clean: Protected) -> None:
    clean.add_port(8000)
    own = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)}
    for address in own:
        with pytest.raises(ForbiddenAddress):
            check_host(str(address), 8000, policy="source")


@pytest.mark.parametrize("host", ["db.corp", "10.0.0.7", "alias.corp", "::ffff:10.0.0.7"])
def test_our_own_database_is_refused_under_every_name(clean: Protected, host: str) -> None:
    clean.add_url("postgresql://portal:secret@db.corp:5433/portal")
    with pytest.raises(ForbiddenAddress, match="portal's own server"):
        check_host(host, 5433, policy="source", resolver=to("10.0.0.7"))  # type: ignore[arg-type]
    assert check_host(host, 5432, policy="source", resolver=to("10.0.0.7"))  # type: ignore[arg-type]


def test_our_own_database_on_this_machine_is_refused_under_another_local_address(clean: Protected) -> None:
    clean.add_url("redis://localhost:6380/0")
    with pytest.raises(ForbiddenAddress):
        check_host("127.0.0.2", 6380, policy="source")


def test_sockets_are_for_sources_below_an_allowed_folder(tmp_path: Path) -> None:
    assert check_host(str(tmp_path), 5432, policy="source", allow=[str(tmp_path)]) == [Pinned(str(tmp_path), 0)]
    for policy, allow in (("source", []), ("source", ["/other"]), ("public", [str(tmp_path)])):
        with pytest.raises(ForbiddenAddress):
            check_host(str(tmp_path), 5432, policy=policy, allow=allow)  # type: ignore[arg-type]


@pytest.mark.parametrize("disguise", ["{}", "unix:{}", "%2F{}", "%252F{}"])
def test_our_own_socket_is_refused_in_every_disguise_and_through_links(clean: Protected, tmp_path: Path, disguise: str) -> None:
    (own := tmp_path / "run").mkdir()
    clean.add_url(f"postgresql:///portal?host={own}")
    (tmp_path / "link").symlink_to(own)
    for path in (own, tmp_path / "link"):
        text = disguise.format(path if "%" not in disguise else str(path)[1:])
        with pytest.raises(ForbiddenAddress, match="belongs to the portal"):
            check_host(text, 5432, policy="source", allow=[str(tmp_path)])


@pytest.mark.parametrize("host", ["@abstract", "\x00abstract", "%00abstract"])
def test_abstract_sockets_are_refused(host: str) -> None:
    with pytest.raises(ForbiddenAddress, match="Abstract"):
        check_host(host, 5432, policy="source", allow=["/"])


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("postgresql://u:p@db:5433/x", ("db", 5433)),
        ("postgresql://u:p@db/x", ("db", 5432)),
        ("rediss://:p@cache.corp./1", ("cache.corp", 6379)),
        ("postgresql:///x?host=a", ("a", 5432)),
        ("postgresql://[fd00::1]:5/x", ("fd00::1", 5)),
    ],
)
def test_the_addresses_of_our_servers_are_read_from_their_urls(url: str, endpoint: tuple[str, int]) -> None:
    one = Protected()
    one.add_url(url)
    assert one.endpoints == {endpoint}


@pytest.mark.parametrize(
    "url", ["unix:///run/gov/valkey.sock?db=0", "postgresql://%2Frun%2Fgov/x", "postgresql:///x?host=/run/gov", "redis+unix:///run/gov/valkey.sock"]
)
def test_the_folders_of_our_sockets_are_read_from_their_urls(url: str) -> None:
    one = Protected()
    one.add_url(url)
    assert one.endpoints == set() and one.owns(Path("/run/gov/.s.PGSQL.5432"))


@pytest.mark.parametrize(
    ("address", "inside"),
    [("64:ff9b::102:304", "1.2.3.4"), ("2002:102:304::1", "1.2.3.4"), ("::1.2.3.4", "1.2.3.4"), ("fe80::5efe:102:304", "1.2.3.4")],
)
def test_ipv4_addresses_hidden_in_ipv6_are_seen(address: str, inside: str) -> None:
    assert ip_address(inside) in embedded(ip_address(address))


def test_public_and_local_are_told_apart() -> None:
    assert is_public(ip_address("8.8.8.8")) and not is_public(ip_address("64:ff9b::a00:1"))
    assert is_local(ip_address("127.3.2.1")) and is_local(ip_address("::")) and not is_local(ip_address("8.8.8.8"))


def test_an_error_never_holds_more_of_a_host_than_fits(clean: Protected) -> None:
    with pytest.raises(GovernanceError) as caught:
        normalise("x" * 5000)
    assert len(str(caught.value)) < 300
