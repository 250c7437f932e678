"""Receivers: who is told, whether that works, and a form made from the plugin's Config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from alerts import queries, services
from alerts.admin.base import ALERTS, AlertsAdmin, answer, delivery, posted
from alerts.models import SEVERITIES, Notification, Receiver
from alerts.receivers.sealing import MASK
from governance.core.access import Actor, actor_of, require, visible
from governance.core.errors import GovernanceError, InvalidInput, NotFound

LOGGED = 50


@dataclass(slots=True)
class Input:
    """One field of the form. `kind`: text, secret, number, list (separated by commas) or pairs (a line each)."""

    name: str
    label: str
    help: str
    kind: str
    value: str = ""
    is_required: bool = False
    is_stored: bool = False
    errors: list[str] = field(default_factory=list)


@admin.register(Receiver)
class ReceiverAdmin(AlertsAdmin):
    action_to_change = action_to_add = action_to_delete = "manage"

    def routes(self) -> list[Any]:
        return [
            ("<int:pk>/test/", self.test, "test"),
            ("<int:pk>/switch/", self.switch, "switch"),
            ("<int:pk>/remove/", self.remove, "remove"),
            ("<int:pk>/again/<int:notification>/", self.again, "again"),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) if obj is not None else self.has_add_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        require(actor_of(request), "manage")
        week = timezone.now() - timedelta(days=7)
        lately = Q(notifications__created__gte=week)
        rows = (
            self.get_queryset(request)
            .annotate(
                delivered=Count("notifications", filter=lately & Q(notifications__state=Notification.State.SENT)),
                failed=Count("notifications", filter=lately & Q(notifications__state=Notification.State.FAILED)),
                waiting=Count("notifications", filter=Q(notifications__state__in=[Notification.State.PENDING, Notification.State.SENDING])),
            )
            .order_by("name")
        )
        kinds = {one["kind"]: one for one in queries.receiver_kinds()}
        shown = [{"row": row, "kind": kinds.get(row.kind, {"label": row.kind, "icon": "send"}), "where": _where(row.config)} for row in rows]
        return answer(
            request, "alerts/receivers.html", "Receivers", ALERTS, {"receivers": shown, "kinds": list(kinds.values()), "here": request.path}
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        require(actor_of(request), "manage")
        kinds = {one["kind"]: one for one in queries.receiver_kinds()}
        kind = kinds.get(request.GET.get("kind", ""))
        if kind is None:
            context = {"kinds": list(kinds.values())}
            return answer(request, "alerts/receiver_kinds.html", "New receiver", [*ALERTS, ("Receivers", self.address())], context)
        return self._form(request, kind, None)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        row = self.one(request, object_id, "manage")
        kind = next((one for one in queries.receiver_kinds() if one["kind"] == row.kind), None)
        if kind is None:
            raise InvalidInput(f"There is no kind {row.kind} any more. Install its plugin again, or remove the receiver.")
        return self._form(request, kind, row)

    @posted
    def test(self, request: HttpRequest, pk: int) -> str:
        row = self.one(request, pk, "manage")
        outcome = services.test_receiver(row, actor=actor_of(request))
        if not outcome.is_delivered:
            raise InvalidInput(f"The test message to “{row.name}” was not delivered. {outcome.detail}")
        return f"The test message to “{row.name}” was delivered: {outcome.detail}."

    @posted
    def switch(self, request: HttpRequest, pk: int) -> str:
        row = self.one(request, pk, "manage")
        services.update_receiver(row, is_enabled=not row.is_enabled, actor=actor_of(request))
        return f"“{row.name}” is {'off' if row.is_enabled else 'on'} now."

    @posted
    def remove(self, request: HttpRequest, pk: int) -> str:
        row = self.one(request, pk, "manage")
        services.delete_receiver(row, actor=actor_of(request))
        return f"“{row.name}” was removed."

    @posted
    def again(self, request: HttpRequest, pk: int, notification: int) -> str:
        row = self.one(request, pk, "manage")
        sent = visible(actor_of(request), row.notifications.filter(pk=notification)).select_related("receiver").first()
        if sent is None:
            raise NotFound(f"“{row.name}” has no message {notification}, or you may not see its alert.")
        services.send_again(sent, actor=actor_of(request))
        return f"The message is on its way to “{row.name}” again."

    def _form(self, request: HttpRequest, kind: dict[str, Any], row: Receiver | None) -> HttpResponseBase:
        actor, post = actor_of(request), request.POST if request.method == "POST" else None
        inputs = [_input(name, one, kind["schema"], row, post) for name, one in kind["schema"].get("properties", {}).items()]
        values: dict[str, Any] = {
            "name": post.get("name", "") if post is not None else row.name if row else "",
            "least_severity": post.get("least_severity", "") if post is not None else row.least_severity if row else "warning",
            "is_enabled": "is_enabled" in post if post is not None else row.is_enabled if row else True,
        }
        errors: dict[str, list[str]] = {}
        if post is not None:
            try:
                values["config"] = _config(inputs, row, post)
                saved = (
                    services.update_receiver(row, actor=actor, **values)
                    if row
                    else services.create_receiver(kind=kind["kind"], actor=actor, **values)
                )
                if post.get("do") == "test":
                    outcome = services.test_receiver(saved, actor=actor)
                    tell = messages.success if outcome.is_delivered else messages.error
                    tell(request, f"Saved. The test message {'was' if outcome.is_delivered else 'was not'} delivered: {outcome.detail}")
                    return HttpResponseRedirect(self.address("change", saved.pk))
                messages.success(request, f"“{saved.name}” was saved. Send it a test message to see that it works.")
                return HttpResponseRedirect(self.address())
            except GovernanceError as error:
                errors = _beside(inputs, error)
        context = {
            "kind": kind,
            "row": row,
            "inputs": inputs,
            "values": values,
            "errors": errors,
            "severities": SEVERITIES,
            "list_url": self.address(),
            "log": _log(row, actor) if row else None,
            "here": request.path,
        }
        title = row.name if row else f"New receiver: {kind['label']}"
        return answer(request, "alerts/receiver.html", title, [*ALERTS, ("Receivers", self.address())], context)


def _log(row: Receiver, actor: Actor) -> dict[str, Any]:
    """The newest messages to a receiver, of alerts that the reader may see."""
    seen = visible(actor, row.notifications.all())
    shown = [delivery(one) for one in seen.select_related("alert").order_by("-pk")[:LOGGED]]
    return {"shown": shown, "total": seen.count(), "hidden": row.notifications.count() - seen.count()}


def _input(name: str, schema: Mapping[str, Any], whole: Mapping[str, Any], row: Receiver | None, post: Mapping[str, Any] | None) -> Input:
    stored = row.config.get(name) if row else None
    kind = {"array": "list", "object": "pairs", "integer": "number"}.get(schema.get("type", ""), "text")
    if schema.get("writeOnly") and stored in (None, "", MASK) and schema.get("format") == "password":
        kind = "secret"
    one = Input(name, schema.get("title") or name, schema.get("description", ""), kind, is_required=name in whole.get("required", []))
    one.is_stored = kind == "secret" and stored == MASK
    if post is not None:
        one.value = "" if kind == "secret" else str(post.get(f"config.{name}", ""))
    elif kind != "secret":
        one.value = _text(stored if stored is not None else schema.get("default"))
    return one


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {one}" for name, one in value.items())
    return "" if value is None else str(value)


def _config(inputs: list[Input], row: Receiver | None, post: Any) -> dict[str, Any]:
    """What was filled in; a stored secret that was left empty is kept."""
    config: dict[str, Any] = {}
    for one in inputs:
        text = post.get(f"config.{one.name}", "")
        if one.kind == "list":
            config[one.name] = [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
        elif one.kind == "pairs":
            config[one.name] = _pairs(text, one.label)
        elif one.kind == "secret" and not text and one.is_stored:
            config[one.name] = "" if post.get(f"forget.{one.name}") else MASK
        else:
            config[one.name] = text if one.kind == "secret" else text.strip()
    return config


def _pairs(text: str, label: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon:
            raise InvalidInput(f"{label}: write one on a line, Name: value.", errors={"config.headers": ["Write one on a line: Name: value."]})
        found[name.strip()] = value.strip()
    return found


def _beside(inputs: list[Input], error: GovernanceError) -> dict[str, list[str]]:
    """The messages of an error: those about a field of the config are put beside it, the others are answered."""
    rest: dict[str, list[str]] = {}
    for name, texts in error.context.get("errors", {"": [error.detail]}).items():
        about = next((one for one in inputs if name.startswith(f"config.{one.name}")), None)
        if about:
            about.errors += texts
        else:
            rest[name] = texts
    return rest


def _where(config: Mapping[str, Any]) -> str:
    for value in config.values():
        if isinstance(value, list) and value:
            return ", ".join(map(str, value[:3])) + (f" and {len(value) - 3} more" if len(value) > 3 else "")
        if isinstance(value, str) and value:
            return value
    return ""
