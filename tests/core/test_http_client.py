"""The outgoing client goes where the guard allowed, and nowhere else."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from governance.core.errors import ForbiddenAddress, GovernanceError, InvalidInput, TimedOut, TooLarge, Unreachable
from governance.core.http import client
from governance.core.http.client import Timeout, send
from governance.core.http.protected import protected
from tests.core.servers import Received, Reply, Web, raw_server, web_server

LOOPBACK = ("127.0.0.0/8", "::1/128")


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


def local(name: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_a_request_arrives_with_its_headers_and_body(web: Web) -> None:
    web.answer = lambda request: (201, {"X-Kind": "test"}, b'{"ok": true}')
    answer = send("post", f"{web.url}/hook?x=1", headers={"X-One": "1"}, content=b"hello", allow=LOOPBACK)
    assert (answer.status, answer.is_success, answer.headers["x-kind"], answer.json()) == (201, True, "test", {"ok": True})
    (request,) = web.received
    assert (request.method, request.path, request.body, request.headers["x-one"]) == ("POST", "/hook?x=1", b"hello", "1")


def test_the_name_stays_in_the_host_header_though_the_address_is_pinned(web: Web) -> None:
    send("GET", f"http://hooks.example.org:{web.port}/", allow=LOOPBACK, resolver=local)
    assert web.received[0].headers["host"] == f"hooks.example.org:{web.port}"


def test_private_addresses_are_refused_without_an_allow_list(web: Web) -> None:
    with pytest.raises(ForbiddenAddress, match="private network"):
        send("GET", web.url)
    assert web.received == []


def test_a_name_that_resolves_differently_the_second_time_is_connected_where_it_was_checked(web: Web) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]])
    asked: list[str] = []

    def rebinding(name: str, port: int) -> list[str]:
        asked.append(name)
        return next(answers)

    # The portal's own endpoints are resolved through the same resolver; without a server of ours by name only the target's name is asked.
    assert send("GET", f"http://rebind.example.org:{web.port}/", allow=LOOPBACK, resolver=rebinding).status == 200
    assert asked == ["rebind.example.org"]


def test_one_forbidden_address_among_several_refuses_the_name(web: Web) -> None:
    with pytest.raises(ForbiddenAddress):
        send("GET", f"http://mixed.example.org:{web.port}/", resolver=lambda name, port: ["93.184.216.34", "127.0.0.1"])


def test_the_next_address_is_tried_when_the_first_does_not_answer(web: Web) -> None:
    answer = send("GET", f"http://two.example.org:{web.port}/", allow=LOOPBACK, resolver=lambda name, port: ["127.0.0.9", "127.0.0.1"])
    assert answer.status == 200


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://metadata.google.internal/",
        "http://10.0.0.1/",
        "http://2852039166/",
    ],
)
def test_a_redirect_to_a_forbidden_address_is_refused(web: Web, place: str) -> None:
    web.answer = lambda request: (307, {"Location": place}, b"")
    with pytest.raises(ForbiddenAddress):
        send("POST", web.url, content=b"x", allow=LOOPBACK)


@pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/"])
def test_a_redirect_to_another_scheme_is_refused(web: Web, place: str) -> None:
    web.answer = lambda request: (302, {"Location": place}, b"")
    with pytest.raises(ForbiddenAddress, match="https://"):
        send("GET", web.url, allow=LOOPBACK)


def test_a_redirect_to_our_own_port_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as own:
        monkeypatch.setattr(protected, "ports", {own.port})
        web.answer = lambda request: (302, {"Location": f"http://127.1:{own.port}/admin/"}, b"")
        with pytest.raises(ForbiddenAddress, match="this portal itself"):
            send("GET", web.url, allow=LOOPBACK)
        assert own.received == []


def test_three_redirects_are_followed_and_a_fourth_is_not(web: Web) -> None:
    web.answer = lambda request: (302, {"Location": f"/{int(request.path[1:]) - 1}"}, b"") if request.path != "/0" else (200, {}, b"end")
    assert send("GET", f"{web.url}/3", allow=LOOPBACK).body == b"end"
    with pytest.raises(Unreachable, match="more than 3"):
        send("GET", f"{web.url}/4", allow=LOOPBACK)


def test_a_post_is_not_turned_into_a_get(web: Web) -> None:
    web.answer = lambda request: (302, {"Location": "/elsewhere"}, b"")
    assert send("POST", web.url, content=b"x", allow=LOOPBACK).status == 302
    assert len(web.received) == 1


def test_a_307_carries_the_body_on_but_no_login_to_another_origin(web: Web) -> None:
    with web_server() as other:
        web.answer = lambda request: (307, {"Location": f"{other.url}/b"}, b"")
        headers = {"Authorization": "Bearer s3cret", "X-Signature": "abc", "Content-Type": "application/json"}
        send("POST", f"{web.url}/a", headers=headers, content=b"{}", allow=LOOPBACK)
    (request,) = other.received
    assert (request.method, request.body, request.headers["content-type"]) == ("POST", b"{}", "application/json")
    assert "authorization" not in request.headers and "x-signature" not in request.headers


def test_a_redirect_within_the_origin_keeps_the_login(web: Web) -> None:
    web.answer = lambda request: (307, {"Location": "/b"}, b"") if request.path == "/a" else (200, {}, b"")
    send("POST", f"http://me:pw@127.0.0.1:{web.port}/a", allow=LOOPBACK)
    assert [request.headers["authorization"] for request in web.received] == ["Basic bWU6cHc="] * 2


def test_a_huge_answer_is_cut_off(web: Web) -> None:
    web.answer = lambda request: (200, {}, b"x" * 200_000)
    with pytest.raises(TooLarge, match="more than 100000 bytes"):
        send("GET", web.url, allow=LOOPBACK, limit=100_000)


def test_an_endless_answer_is_cut_off() -> None:
    def endless(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with raw_server(endless) as port, pytest.raises(TooLarge):
        send("GET", f"http://127.0.0.1:{port}/", allow=LOOPBACK, limit=50_000)


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_bytes_that_drip_end_with_the_total_time(beginning: bytes) -> None:
    is_over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(beginning)
        while not is_over.wait(0.02):
            connection.sendall(b"H")

    with raw_server(drip) as port, pytest.raises(TimedOut, match=r"0\.3 s in all"):
        try:
            send("GET", f"http://127.0.0.1:{port}/", allow=LOOPBACK, timeout=Timeout(connect=5, read=5, total=0.3))
        finally:
            is_over.set()


def test_a_server_that_never_answers_ends_with_the_read_time() -> None:
    is_over = threading.Event()

    def silent(connection: socket.socket) -> None:
        is_over.wait(10)

    with raw_server(silent) as port, pytest.raises(TimedOut):
        try:
            send("GET", f"http://127.0.0.1:{port}/", allow=LOOPBACK, timeout=Timeout(connect=5, read=0.1, total=30))
        finally:
            is_over.set()


def test_nobody_listening_is_said_without_path_or_login(web: Web) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable) as caught:
            send("POST", f"http://me:hunter2@127.0.0.1:{unused.getsockname()[1]}/services/T0KEN", allow=LOOPBACK)
    said = f"{caught.value} {caught.value.context} {caught.value.__cause__}"
    assert "cannot be reached" in said and "hunter2" not in said and "T0KEN" not in said


def test_what_is_no_web_server_is_said_so() -> None:
    def greet(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"220 mail ready\r\n\r\n")

    with raw_server(greet) as port, pytest.raises(Unreachable, match="not answer as a web server"):
        send("GET", f"http://127.0.0.1:{port}/", allow=LOOPBACK)


def test_proxies_of_the_environment_are_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        send("GET", web.url, allow=LOOPBACK)
        assert proxy.received == [] and len(web.received) == 1


@pytest.mark.parametrize("header", [{"X-A": "a\r\nX-B: b"}, {"X A": "a"}, {"X-A": "\N{SNOWMAN}"}, {"X-\N{SNOWMAN}": "a"}])
def test_headers_that_would_break_out_are_refused(web: Web, header: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        send("GET", web.url, headers=header, allow=LOOPBACK)
    assert web.received == []


def test_our_host_header_cannot_be_overridden(web: Web) -> None:
    send("GET", web.url, headers={"Host": "other.example.org"}, allow=LOOPBACK)
    assert web.received[0].headers["host"] == f"127.0.0.1:{web.port}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "ftp://example.org/",
        "http://",
        "http://exa mple.org/",
        "http://[::1/",
        "http:///x",
        "http://a:99999/",
        "http://127.0.0.1/\r\nX-A: b",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises((InvalidInput, ForbiddenAddress)):
        send("GET", url, allow=LOOPBACK)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "localhost",
        "LOCALHOST.",
        "\uff11\uff12\uff17.0.0.1",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_the_loopback_is_refused_however_it_is_written(web: Web, host: str) -> None:
    with pytest.raises(GovernanceError) as caught:
        send("GET", f"http://{host}:{web.port}/")
    assert isinstance(caught.value, ForbiddenAddress | InvalidInput) and web.received == []


@pytest.mark.parametrize("host", ["%2Ftmp%2Fx.sock", "%40abstract"])
def test_unix_sockets_are_refused(host: str) -> None:
    with pytest.raises((ForbiddenAddress, InvalidInput)):
        send("GET", f"http://{host}/", allow=("/tmp",))


# TLS


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context and the authority that signed it, for hooks.example.org and 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    today = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("hooks.example.org"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(1))
        .not_valid_after(today + datetime.timedelta(1))
        .add_extension(names, False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    (ca := tmp_path / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, ca


@pytest.fixture
def trusted(authority: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    client.tls.cache_clear()
    yield authority[0]
    client.tls.cache_clear()


def test_tls_asks_for_the_name_and_checks_the_certificate_on_it(trusted: ssl.SSLContext) -> None:
    asked: list[str | None] = []
    trusted.sni_callback = lambda connection, name, context: asked.append(name)
    with web_server(context=trusted) as web:
        assert send("GET", f"https://hooks.example.org:{web.port}/", allow=LOOPBACK, resolver=local).status == 200
    assert asked == ["hooks.example.org"]


def test_a_certificate_of_another_name_is_refused(trusted: ssl.SSLContext) -> None:
    with web_server(context=trusted) as web, pytest.raises(Unreachable, match="certificate"):
        send("GET", f"https://other.example.org:{web.port}/", allow=LOOPBACK, resolver=local)
    assert web.received == []


def test_an_unknown_authority_is_refused(authority: tuple[ssl.SSLContext, Path]) -> None:
    with web_server(context=authority[0]) as web, pytest.raises(Unreachable, match="certificate"):
        send("GET", f"https://hooks.example.org:{web.port}/", allow=LOOPBACK, resolver=local)


def test_plain_http_on_a_port_asked_for_tls_is_said_so(web: Web) -> None:
    with pytest.raises(Unreachable, match="TLS"):
        send("GET", f"https://127.0.0.1:{web.port}/", allow=LOOPBACK)


def test_a_redirect_from_https_to_http_is_refused(trusted: ssl.SSLContext, web: Web) -> None:
    def answer(request: Received) -> Reply:
        return 307, {"Location": web.url}, b""

    with web_server(answer, context=trusted) as secure, pytest.raises(ForbiddenAddress, match="from https to http"):
        send("POST", f"https://127.0.0.1:{secure.port}/", allow=LOOPBACK)
    assert web.received == []
