"""The WSGI bridge behind a real uvicorn, spoken to over plain sockets."""

from __future__ import annotations

import contextvars
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import uvicorn

from governance.core.bridge import Bridge

Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
PATIENCE = 20
REQUEST_ID: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="none")


class App:
    """A WSGI application with one view a path; remembers what happened in it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.environ: WSGIEnvironment = {}
        self.release = threading.Event()
        self.entered = threading.Semaphore(0)
        self.closed = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        view: Application = getattr(self, environ["PATH_INFO"].strip("/").split("/")[0], self.hello)
        return view(environ, start_response)

    def hello(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return [b"hello"]

    def read(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.entered.release()
        left, total = int(environ.get("CONTENT_LENGTH") or 0), 0
        while left and (data := environ["wsgi.input"].read(min(left, 65536))):
            left, total = left - len(data), total + len(data)
        self.seen.append(f"read {total}")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(total).encode()]

    def careless(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with suppress(OSError):
            environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        return self.hello(environ, start_response)

    def echo(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return iter(lambda: environ["wsgi.input"].read(10000), b"")

    def unread(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("403 Forbidden", [("Content-Length", "2")])
        return [b"no"]

    def wait(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.entered.release()
        self.release.wait(PATIENCE)
        self.seen.append("waited")
        return self.hello(environ, start_response)

    def stream(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Endless(self)

    def parts(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"first"
        self.release.wait(PATIENCE)
        yield b"second"

    def mended(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("X-State", "fine")])
        try:
            raise ValueError("late")
        except ValueError:
            start_response("418 Teapot", [("X-State", "mended")], sys.exc_info())
        return [b"tea"]

    def broken(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise ValueError("a secret of the server")

    def half(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"half"
        raise ValueError("no second half")

    def written(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [])
        write(b"old ")
        return [b"style"]

    def empty(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("204 No Content", [("Content-Length", "0")])
        return [b"not to be sent"]

    def unchanged(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("304 Not Modified", [("Content-Length", "5"), ("ETag", '"1"')])
        return [b"hello"]

    def context(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        before = REQUEST_ID.get()
        REQUEST_ID.set("mine")
        start_response("200 OK", [])
        yield f"{before} then ".encode()
        yield REQUEST_ID.get().encode()

    def large(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(8 << 20))])
        return [b"x" * (8 << 20)]


class Endless:
    """A stream that only its client's leaving can end."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __iter__(self) -> Iterator[bytes]:
        while not self.app.closed.is_set():
            yield b"x" * 65536

    def close(self) -> None:
        self.app.closed.set()


class Client:
    """A raw HTTP/1.1 client, which can do what no polite one does."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")

    def send(self, text: str | bytes) -> Client:
        self.socket.sendall(text.encode("latin-1") if isinstance(text, str) else text)
        return self

    def start_sending(self, data: bytes) -> None:
        """Sends beside the test, which reads meanwhile; a server that has heard enough may hang up."""

        def send() -> None:
            with suppress(OSError):
                self.send(data)

        threading.Thread(target=send, daemon=True).start()

    def get(self, path: str, *headers: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        return self.send("\r\n".join([f"{method} {path} HTTP/1.1", "Host: portal", *headers, "", ""])).answer(method)

    def head(self) -> tuple[int, dict[str, str]]:
        line = self.file.readline()
        if not line:
            raise EOFError
        headers = {}
        while (text := self.file.readline().strip()) != b"":
            name, _, value = text.decode("latin-1").partition(": ")
            headers[name.lower()] = value
        return int(line.split()[1]), headers

    def answer(self, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        status, headers = self.head()
        if method == "HEAD" or status in (204, 304):
            return status, headers, b""
        if "content-length" in headers:
            return status, headers, self.file.read(int(headers["content-length"]))
        body = b""
        while size := int(self.file.readline() or b"0", 16):
            body += self.file.read(size)
            self.file.readline()
        self.file.readline()
        return status, headers, body

    def close(self) -> None:
        self.file.close()
        self.socket.close()


class Portal:
    """An application, its bridge and a port."""

    def __init__(self, app: App, bridge: Bridge, port: int) -> None:
        self.app, self.bridge, self.port = app, bridge, port
        self.clients: list[Client] = []

    def client(self) -> Client:
        self.clients.append(Client(self.port))
        return self.clients[-1]


@contextmanager
def served(
    app: App, *, root_path: str = "", threads: int = 4, backlog: int = 50, send_timeout: float = PATIENCE, receive_timeout: float = PATIENCE
) -> Iterator[Portal]:
    bridge = Bridge(app, threads=threads, body_limit=1 << 20, backlog=backlog, send_timeout=send_timeout, receive_timeout=receive_timeout)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(bridge, http="httptools", lifespan="off", log_config=None, access_log=False, root_path=root_path)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    portal = Portal(app, bridge, listener.getsockname()[1])
    try:
        yield portal
    finally:
        app.release.set()
        app.closed.set()
        for client in portal.clients:
            client.close()
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(App()) as portal:
        yield portal


def eventually(condition: Callable[[], object]) -> None:
    """Returns once the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.01)


def post(path: str, length: int, body: bytes = b"") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: portal\r\nContent-Length: {length}\r\n\r\n".encode() + body


def chunked(path: str, *chunks: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: portal\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_one_connection_carries_many_requests(portal: Portal) -> None:
    client = portal.client()
    assert [client.get("/hello")[2] for _ in range(20)] == [b"hello"] * 20


def test_many_clients_at_once_are_all_answered(portal: Portal) -> None:
    clients = [portal.client().send(post("/read", 100_000)) for _ in range(40)]
    for client in clients:
        client.send(b"x" * 100_000)
    assert {client.answer()[2] for client in clients} == {b"100000"}


def test_large_bodies_stream_both_ways(portal: Portal) -> None:
    client = portal.client()
    data = bytes(range(256)) * 3000
    client.start_sending(post("/echo", len(data), data))
    assert client.answer()[2] == data


def test_a_body_without_length_arrives_whole(portal: Portal) -> None:
    status, _, body = portal.client().send(chunked("/read", b"abc", b"de", b"")).answer()
    assert (status, body, portal.app.environ["CONTENT_LENGTH"]) == (200, b"5", "5")


def test_a_large_body_without_length_is_measured_first(portal: Portal) -> None:
    status, _, body = portal.client().send(chunked("/read", *[b"x" * 50_000] * 10, b"")).answer()
    assert (status, body, portal.app.environ["CONTENT_LENGTH"]) == (200, b"500000", "500000")


def test_a_body_over_the_limit_is_refused_before_it_is_sent(portal: Portal) -> None:
    status, headers, body = portal.client().send(post("/read", 1 + (1 << 20))).answer()
    assert (status, headers["content-type"], json.loads(body)["code"]) == (413, "application/problem+json", "too_large")
    assert headers["connection"] == "close"
    assert not portal.app.seen


@pytest.mark.parametrize("chunk", [200_000, 3 << 20])
def test_a_chunked_body_over_the_limit_is_refused(portal: Portal, chunk: int) -> None:
    client = portal.client()
    client.start_sending(chunked("/read", *[b"x" * chunk] * (1 + (3 << 20) // chunk)))
    status, headers, body = client.answer()
    assert (status, headers["content-type"], json.loads(body)["status"]) == (413, "application/problem+json", 413)
    assert not portal.app.seen


def test_a_client_that_asks_before_sending_is_answered(portal: Portal) -> None:
    client = portal.client().send("POST /read HTTP/1.1\r\nHost: portal\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert client.head()[0] == 100
    assert client.send(b"abc").answer()[2] == b"3"


@pytest.mark.parametrize("sent", [10, 300_000])
def test_a_cut_upload_never_runs_the_view_to_its_end(portal: Portal, sent: int) -> None:
    client = portal.client().send(post("/read", 400_000, b"x" * sent))
    if sent > 65536:
        assert portal.app.entered.acquire(timeout=PATIENCE)
    client.close()
    eventually(lambda: portal.bridge.busy == 0)
    assert portal.client().get("/hello")[0] == 200
    assert not portal.app.seen


def test_a_cut_chunked_upload_never_reaches_the_view(portal: Portal) -> None:
    portal.client().send(chunked("/read", b"x" * 300_000)).close()
    eventually(lambda: portal.bridge.busy == 0)
    assert portal.client().get("/hello")[0] == 200
    assert not portal.app.seen


@pytest.mark.parametrize("sent", [0, 10, 200_000])
def test_ten_stalled_uploads_block_nobody(portal: Portal, sent: int) -> None:
    for _ in range(10):
        portal.client().send(post("/read", 400_000, b"x" * sent))
    for _ in range(10):
        portal.client().send(chunked("/read", b"x" * sent) if sent else chunked("/read"))
    assert [portal.client().get("/hello")[0] for _ in range(10)] == [200] * 10


@pytest.mark.parametrize("sent", [10, 200_000])
def test_a_stalled_upload_is_ended(sent: int) -> None:
    with served(App(), receive_timeout=0.3) as portal:
        status, headers, body = portal.client().send(post("/read", 400_000, b"x" * sent)).answer()
        assert (status, json.loads(body)["code"], headers["connection"]) == (408, "body_timed_out", "close")
        assert not portal.app.seen


def test_a_view_that_overlooks_a_broken_body_answers_nothing() -> None:
    with served(App(), receive_timeout=0.3) as portal:
        assert portal.client().send(post("/careless", 400_000, b"x" * 200_000)).answer()[0] == 408


def test_a_trickle_is_a_stall() -> None:
    with served(App(), receive_timeout=0.5) as portal:
        client = portal.client().send(post("/read", 1000))
        stop = threading.Event()

        def trickle() -> None:
            while not stop.wait(0.05):
                try:
                    client.send(b"x")
                except OSError:
                    return

        threading.Thread(target=trickle, daemon=True).start()
        assert client.answer()[0] == 408
        stop.set()


def test_an_answer_to_an_unread_upload_reaches_its_client(portal: Portal) -> None:
    client = portal.client().send(post("/unread", 900_000, b"x" * 100_000))
    status, headers, body = client.answer()
    assert (status, headers["connection"], body) == (403, "close", b"no")
    client.send(b"x" * 100_000)


def test_a_part_of_a_stream_arrives_before_the_next_is_made(portal: Portal) -> None:
    client = portal.client().send("GET /parts HTTP/1.1\r\nHost: portal\r\n\r\n")
    client.head()
    assert client.file.readline() + client.file.readline() == b"5\r\nfirst\r\n"
    portal.app.release.set()
    assert b"second" in client.file.readline() + client.file.readline()


def test_a_stream_stops_and_closes_when_its_client_leaves(portal: Portal) -> None:
    client = portal.client().send("GET /stream HTTP/1.1\r\nHost: portal\r\n\r\n")
    client.file.read(100_000)
    client.close()
    assert portal.app.closed.wait(PATIENCE)
    eventually(lambda: portal.bridge.busy == 0)


def test_a_client_that_does_not_read_loses_its_stream() -> None:
    with served(App(), send_timeout=0.3) as portal:
        portal.client().send("GET /stream HTTP/1.1\r\nHost: portal\r\n\r\n")
        assert portal.app.closed.wait(PATIENCE)
        eventually(lambda: portal.bridge.busy == 0)


def test_a_client_that_does_not_read_a_large_answer_is_dropped() -> None:
    with served(App(), send_timeout=0.3) as portal:
        client = portal.client()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send("GET /large HTTP/1.1\r\nHost: portal\r\n\r\n")
        with pytest.raises(ConnectionError):
            eventually(lambda: client.send(b"x") is None)


def test_a_large_answer_arrives_whole(portal: Portal) -> None:
    assert len(portal.client().get("/large")[2]) == 8 << 20


def test_a_full_waiting_line_refuses_politely() -> None:
    with served(App(), threads=2, backlog=1) as portal:
        waiting = [portal.client().send("GET /wait HTTP/1.1\r\nHost: portal\r\n\r\n") for _ in range(2)]
        for _ in waiting:
            assert portal.app.entered.acquire(timeout=PATIENCE)
        waiting.append(portal.client().send("GET /wait HTTP/1.1\r\nHost: portal\r\n\r\n"))
        eventually(lambda: portal.bridge.busy == 3)
        status, headers, body = portal.client().get("/hello")
        assert (status, headers["retry-after"], json.loads(body)["code"]) == (503, "1", "overloaded")
        portal.app.release.set()
        assert [client.answer()[0] for client in waiting] == [200, 200, 200]


def test_a_request_whose_client_left_the_waiting_line_is_not_run() -> None:
    with served(App(), threads=1) as portal:
        first = portal.client().send("GET /wait HTTP/1.1\r\nHost: portal\r\n\r\n")
        assert portal.app.entered.acquire(timeout=PATIENCE)
        portal.client().send("GET /wait HTTP/1.1\r\nHost: portal\r\n\r\n").close()
        follower = portal.client().send("GET /hello HTTP/1.1\r\nHost: portal\r\n\r\n")
        eventually(lambda: portal.bridge.busy == 3)
        portal.app.release.set()
        assert (first.answer()[0], follower.answer()[0], portal.app.seen) == (200, 200, ["waited"])


def test_start_response_can_be_replaced_before_the_answer_begins(portal: Portal) -> None:
    status, headers, body = portal.client().get("/mended")
    assert (status, headers["x-state"], body) == (418, "mended", b"tea")


def test_an_error_of_the_application_is_a_problem_without_its_text(portal: Portal) -> None:
    status, headers, body = portal.client().get("/broken")
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert b"secret" not in body


def test_an_error_after_the_beginning_cuts_the_answer(portal: Portal) -> None:
    client = portal.client().send("GET /half HTTP/1.1\r\nHost: portal\r\n\r\n")
    client.head()
    assert not client.file.read().endswith(b"0\r\n\r\n")


def test_the_old_write_callable_works(portal: Portal) -> None:
    assert portal.client().get("/written")[2] == b"old style"


def test_head_has_the_headers_and_no_body(portal: Portal) -> None:
    client = portal.client()
    status, headers, _ = client.get("/hello", method="HEAD")
    assert (status, headers["content-length"]) == (200, "5")
    assert client.get("/hello")[2] == b"hello"


def test_answers_without_a_body_leave_the_connection_usable(portal: Portal) -> None:
    client = portal.client()
    assert "content-length" not in client.get("/empty")[1]
    assert client.get("/unchanged")[:2][0] == 304
    assert client.get("/hello")[2] == b"hello"


def test_headers_with_underscores_pass_for_nothing(portal: Portal) -> None:
    portal.client().get("/hello", "X-Real-IP: 1.1.1.1", "X_Real_IP: 6.6.6.6", "Content_Length: 9")
    assert portal.app.environ["HTTP_X_REAL_IP"] == "1.1.1.1"
    assert "CONTENT_LENGTH" not in portal.app.environ


def test_repeated_headers_are_joined(portal: Portal) -> None:
    portal.client().get("/hello", "X-Tag: a", "X-Tag: b", "Cookie: a=1", "Cookie: b=2")
    assert (portal.app.environ["HTTP_X_TAG"], portal.app.environ["HTTP_COOKIE"]) == ("a,b", "a=1; b=2")


def test_paths_keep_every_byte(portal: Portal) -> None:
    portal.client().get("/x/%C3%BC%FF%20?q=%FF")
    assert portal.app.environ["PATH_INFO"].encode("latin-1") == "/x/ü".encode() + b"\xff "
    assert portal.app.environ["QUERY_STRING"] == "q=%FF"


def test_the_root_path_becomes_the_script_name() -> None:
    with served(App(), root_path="/portal") as portal:
        assert portal.client().get("/hello")[0] == 200
        assert (portal.app.environ["SCRIPT_NAME"], portal.app.environ["PATH_INFO"]) == ("/portal", "/hello")


def test_the_address_of_the_client_is_known(portal: Portal) -> None:
    portal.client().get("/hello")
    assert (portal.app.environ["REMOTE_ADDR"], portal.app.environ["SERVER_PORT"]) == ("127.0.0.1", str(portal.port))


def test_each_request_has_a_context_of_its_own(portal: Portal) -> None:
    client = portal.client()
    assert [client.get("/context")[2] for _ in range(8)] == [b"none then mine"] * 8


def test_a_request_smuggled_in_another_is_refused(portal: Portal) -> None:
    head = "POST /read HTTP/1.1\r\nHost: portal\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with closing(portal.client().send(head)) as client:
        assert client.head()[0] == 400
