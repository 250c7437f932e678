"""Webhook: a signed JSON message to an address of the receiver's choice.

The body is `{"version": "1", "kind": "firing" | "resolved" | "test", "delivery", "receiver", "portal", "text", "alerts": [{"id", "state", "severity", "title",
"body", "rule", "labels", "subject": {"type", "id", "name"}, "source_id", "dataset_id", "sensitivity", "priority", "priority_reasons", "count", "started",
"last_seen", "url"}]}`. `X-Governance-Delivery` repeats when a delivery is tried again. With a secret there are `X-Governance-Timestamp` (seconds since 1970) and
`X-Governance-Signature: sha256=…`, the HMAC-SHA-256 under the secret of the timestamp, a full stop, and the body.
"""

from __future__ import annotations

import hmac
import re
import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson
from pydantic import Field, SecretStr, field_validator

from alerts.receivers import base
from governance.core.errors import CredentialsRefused, GovernanceError, InvalidInput, RateLimited, Unreachable
from governance.core.http.client import Answer, Timeout, send
from governance.env import env

VERSION = "1"
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
RESERVED = ("host", "content-length", "transfer-encoding", "connection", "content-type")
LATER = (408, 425, 429)


class Config(base.Config):
    destination: ClassVar[tuple[str, ...]] = ("url",)

    url: SecretStr = Field(
        title="Address",
        description="Where messages are posted, beginning with https://. Addresses of chat services are secrets, so only the host is shown later.",
        json_schema_extra={"format": "uri"},
    )
    secret: SecretStr = Field(
        SecretStr(""), title="Secret", description="Signs every message (X-Governance-Signature), so that the other side knows it is ours."
    )
    headers: dict[str, SecretStr] = Field(
        {}, title="Headers", description="Sent with every message, for example Authorization. One on a line: Name: value.", max_length=20
    )

    @field_validator("url")
    @classmethod
    def _address(cls, value: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(value.get_secret_value())
            is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_sound = False
        if not is_sound:
            raise ValueError("give an address that starts with https://")
        return value

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, content in value.items():
            if not TOKEN.fullmatch(name) or name.lower() in RESERVED or name.lower().startswith("x-governance-"):
                raise ValueError(f"{name[:50]!r} cannot be set as a header")
            if not content.get_secret_value().isascii() or not content.get_secret_value().isprintable():
                raise ValueError(f"the value of {name} holds characters that a header cannot carry")
        return value


class Webhook(base.Receiver):
    label = "Webhook"
    summary = "Posts a signed JSON message to an address of a program or a chat service."
    icon = "webhook"
    Config = Config

    @classmethod
    def shown(cls, name: str, value: str) -> str:
        if name != "url":
            return ""
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}{port}/••••"

    def notify(self, group: base.Group) -> str:
        body = orjson.dumps(payload(group))
        answer = send(
            "POST",
            self.config.url.get_secret_value(),
            headers=self._headers(group, body),
            content=body,
            timeout=Timeout(total=base.TIMEOUT),
            policy="public",
            allow=[entry.strip() for entry in env.private_webhooks.split(",") if entry.strip()],
            limit=64 * 1024,
        )
        if answer.is_success:
            return f"answered {answer.status}"
        raise refusal(answer)

    def _headers(self, group: base.Group, body: bytes) -> dict[str, str]:
        headers = {name: value.get_secret_value() for name, value in self.config.headers.items()}
        headers |= {"Content-Type": "application/json", "X-Governance-Event": group.kind, "X-Governance-Delivery": group.delivery}
        if secret := self.config.secret.get_secret_value():
            stamp = str(int(time.time()))
            headers |= {"X-Governance-Timestamp": stamp, "X-Governance-Signature": f"sha256={signature(secret, stamp, body)}"}
        return headers


def payload(group: base.Group) -> dict[str, Any]:
    """The documented body; `text` is what chat services show."""
    return {
        "version": VERSION,
        "kind": group.kind,
        "delivery": group.delivery,
        "receiver": group.receiver,
        "portal": group.portal,
        "text": f"{group.title}\n{group.notices[0].url}",
        "alerts": [notice.as_json() for notice in group.notices],
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Hexadecimal HMAC-SHA-256 of `timestamp.body`."""
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def refusal(answer: Answer) -> GovernanceError:
    """What an answer that is no success means; its body is not shown, since it may hold anything."""
    status = answer.status
    if status in LATER:
        wait = answer.headers.get("retry-after", "")
        return RateLimited(
            f"The other side asked to come again later (status {status}).", retry_after=int(wait) if wait.isdecimal() and len(wait) < 7 else 0
        )
    if status >= 500:
        return Unreachable(f"The other side failed with status {status}. Ask its owner, or wait: it is tried again.")
    if status in (401, 403):
        return CredentialsRefused(f"The other side refused the message (status {status}). Check the address, the secret and the headers.")
    if 300 <= status < 400:
        return InvalidInput(f"The other side sends us elsewhere (status {status}), which is not followed for messages. Enter the final address.")
    return InvalidInput(f"The other side did not accept the message (status {status}). Check the address.")
