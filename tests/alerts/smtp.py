"""A small mail server: speaks enough SMTP to take messages, refuse recipients and ask for a login."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What arrived; `refuses` are recipients that get 550, `code` is what the end of a message is answered with."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    code: int = 250
    login: tuple[str, str] | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class Session(socketserver.StreamRequestHandler):
    timeout = 10
    box: Mailbox

    def handle(self) -> None:
        self.to: list[str] = []
        self.is_in = self.box.login is None
        self.say("220 test")
        while line := self.rfile.readline().decode("latin-1").strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            answer = getattr(self, f"on_{verb.lower()}", None)
            if verb == "QUIT":
                return self.say("221 bye")
            answer(line) if answer else self.say("250 ok")
        return None

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def on_ehlo(self, line: str) -> None:
        self.say("250-test")
        self.say("250 AUTH PLAIN" if self.box.login else "250 8BITMIME")

    def on_auth(self, line: str) -> None:
        _, user, password = base64.b64decode(line.split()[-1]).decode().split("\0")
        self.is_in = (user, password) == self.box.login
        self.say("235 ok" if self.is_in else "535 no")

    def on_mail(self, line: str) -> None:
        self.to = []
        self.say("250 ok" if self.is_in else "530 sign in")

    def on_rcpt(self, line: str) -> None:
        address = line.partition("<")[2].partition(">")[0]
        if address in self.box.refuses:
            return self.say("550 nobody here")
        self.to.append(address)
        return self.say("250 ok")

    def on_data(self, line: str) -> None:
        self.say("354 go on")
        lines = []
        while (one := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(one.removeprefix(b".") if one.startswith(b"..") else one)
        if self.box.code == 250:
            self.box.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.box.recipients.append(self.to)
        self.say(f"{self.box.code} done")


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    box = Mailbox()
    handler = type("Handler", (Session,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
