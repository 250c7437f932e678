"""The facts that alerts record."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Fired(_Data):
    """A new alert; what happens again counts up without a further fact."""

    rule: int
    rule_name: str
    priority: float


class Handled(_Data):
    """`reason` is what the person wrote; `by` says whether a person or a fact ended it."""

    by: Literal["person", "fact"] = "person"
    reason: str = ""


class Removed(_Data):
    """Resolved alerts that were older than they are kept."""

    count: int
    resolved_before: str


class Silenced(_Data):
    matchers: dict[str, str]
    until: str
    reason: str


class Tested(_Data):
    kind: str
    is_delivered: bool
    detail: str


class Failed(_Data):
    """A notification that was given up."""

    kind: str
    alert: int
    attempts: int
    detail: str


class Retried(_Data):
    kind: str
    alert: int


class Kind(_Data):
    kind: str


def declare_all() -> None:
    facts: list[tuple[str, Any, str]] = [
        ("alerts.alert.fired", Fired, "An alert fired"),
        ("alerts.alert.acknowledged", Handled, "An alert was acknowledged"),
        ("alerts.alert.resolved", Handled, "An alert was resolved"),
        ("alerts.alert.reopened", Handled, "An alert was opened again"),
        ("alerts.alert.removed", Removed, "Old resolved alerts were removed"),
        ("alerts.silence.created", Silenced, "A silence was made"),
        ("alerts.silence.ended", Silenced, "A silence was ended"),
        ("alerts.receiver.created", Kind, "A receiver was added"),
        ("alerts.receiver.updated", Kind, "A receiver was changed"),
        ("alerts.receiver.deleted", Kind, "A receiver was removed"),
        ("alerts.receiver.tested", Tested, "A receiver was tested"),
        ("alerts.receiver.retried", Retried, "A notification was sent again by hand"),
        ("alerts.receiver.failed", Failed, "A notification could not be delivered"),
    ]
    for name, model, title in facts:
        declare(name, model, title=title)
    for verb in ("created", "updated", "deleted", "disabled"):
        declare(f"alerts.rule.{verb}", title=f"An alert rule was {verb}")
