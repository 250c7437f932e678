"""What a receiver is, and the table of those that there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from governance.core.registry import Registry

Kind = Literal["firing", "resolved", "test"]
TIMEOUT = 30.0
"""Seconds that one delivery may take; the claim of a sender outlasts it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert as receivers get it: no secret, no value of anybody's data."""

    id: int
    state: str
    severity: str
    title: str
    body: str
    rule: str
    labels: dict[str, str]
    subject: dict[str, Any]
    source_id: int | None
    dataset_id: int | None
    sensitivity: str
    priority: float
    priority_reasons: list[str]
    count: int
    started: str
    last_seen: str
    url: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Group:
    """What is sent at once. `delivery` stays the same when a delivery is tried again, so that the other side can tell a repetition."""

    kind: Kind
    delivery: str
    receiver: str
    notices: tuple[Notice, ...]
    portal: str
    attempt: int = 1

    @property
    def title(self) -> str:
        """One line for subjects and chats."""
        first = self.notices[0]
        word = {"firing": first.severity.upper(), "resolved": "RESOLVED", "test": "TEST"}[self.kind]
        more = f" and {len(self.notices) - 1} more" if len(self.notices) > 1 else ""
        return f"[{word}] {first.title}{more}"


class Config(BaseModel):
    """Base of what a receiver needs to know. A SecretStr, also inside a dictionary, is sealed and shown as ••••."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    destination: ClassVar[tuple[str, ...]] = ()
    """Fields that say where it goes: when one changes, kept secrets must be entered again, or they would be handed to another host."""


class Receiver(ABC):
    """Made for one delivery. `notify` answers in a few words what the other side said, and raises a GovernanceError whose `retryable` decides about trying again."""

    label: ClassVar[str]
    summary: ClassVar[str]
    icon: ClassVar[str] = "send"
    Config: ClassVar[type[Config]]

    def __init__(self, config: Any) -> None:
        self.config = config

    @classmethod
    def obstacle(cls) -> str:
        """Why this kind cannot be used here and what to do about it; empty when it can."""
        return ""

    @classmethod
    def shown(cls, name: str, value: str) -> str:
        """How a secret field is shown."""
        return ""

    @abstractmethod
    def notify(self, group: Group) -> str: ...


REGISTRY: Registry[Receiver] = Registry(
    Receiver,
    {
        "webhook": "alerts.receivers.webhook.Webhook",
        "email": "alerts.receivers.email.Email",
    },
    group="governance.receivers",
)
