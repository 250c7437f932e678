"""Two sources in one portal, and every address that the portal answers to, read from the URL resolver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import get_resolver
from django.utils import timezone

from alerts.models import Alert, Notification, Receiver, Rule, Silence
from governance.catalog.models import Dataset, Domain, Field, FindingChange, Tag
from governance.core import subjects
from governance.core.models import Event
from governance.scans.models import ScanRun, ScanUnit, Schedule
from governance.sources.models import Source
from intelligence.models import RuleSet
from security.access.models import Grant
from security.identity.models import Team, Token
from tests.factories import find, grant, make_dataset, make_source, make_team, make_user, verdict

HIDDEN, SHOWN = "zzhidden", "aashown"
"""What everything of the one source, and of the other, is called. Searches use the beginning; answers are searched for the whole name."""
PARAMETER = re.compile(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its template, the view behind it, and which model its `pk` or `object_id` means."""

    route: str
    view: Any
    model: type[Model] | None

    @property
    def actions(self) -> dict[str, str]:
        found = getattr(self.view, "actions", None) or {}
        return {method: action for method, action in found.items() if method in ("get", "post", "put", "patch", "delete")}

    @property
    def parameters(self) -> list[str]:
        return [a or b for a, b in PARAMETER.findall(self.route)]

    def url(self, **values: Any) -> str:
        """KeyError for a parameter that nobody has thought of."""
        filled = PARAMETER.sub(lambda found: str(values[found[1] or found[2]]), self.route)
        return "/" + re.sub(r"[\^$]", "", filled).replace("\\.", ".")


@dataclass(slots=True)
class Side:
    """Everything of one source, by model."""

    word: str
    rows: dict[type[Model], Model] = field(default_factory=dict)

    def __getitem__(self, model: type[Model]) -> Any:
        return self.rows[model]


def addresses(prefix: str) -> list[Address]:
    return [one for one in _walk(get_resolver().url_patterns, "") if one.route.startswith(prefix)]


def _walk(patterns: Any, prefix: str) -> Iterator[Address]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one.url_patterns, route)
        else:
            view = getattr(one.callback, "cls", None)
            yield Address(route, one.callback, getattr(view, "model", None) or _admin_model(route))


def _admin_model(route: str) -> type[Model] | None:
    found = re.match(r"admin/(\w+)/(\w+)/", route)
    try:
        return apps.get_model(found[1], found[2]) if found else None
    except LookupError:
        return None


def make_side(word: str) -> Side:
    """A source with one of everything that is within it."""
    name = f"{word}orders"
    source = make_source(f"{name} source", description=f"about {name}", config={"path": f"/data/{name}.db"})
    domain, tag = Domain.objects.create(name=f"domain {word[0]}"), Tag.objects.create(name=f"tag {word[0]}")
    dataset = make_dataset(source, name, fields=("id", f"{name}_email"), description=f"{name} of the shop", domain=domain)
    dataset.tags.set([tag])
    find(dataset, {f"{name}_email": verdict("email")})
    run = ScanRun.objects.create(source=source, state="complete", outcome="partial", finished=timezone.now(), error={"code": "x", "detail": name})
    ScanRun.objects.create(source=source, state="queued")
    unit = ScanUnit.objects.create(
        run=run, key=f"main.{name}", info={"name": name}, dataset_id=dataset.pk, state="failed", error={"code": "x", "detail": name}
    )
    schedule = Schedule.objects.create(source=source, datasets=[name])
    alert = Alert.objects.create(
        fingerprint=word.ljust(32, "0"), severity="error", title=f"found in {name}", subject_type="dataset", subject_id=dataset.pk,
        subject_name=name, source_id=source.pk, dataset_id=dataset.pk, labels={"dataset": name},
    )  # fmt: skip
    receiver = Receiver.objects.create(name=f"receiver {word[0]}", kind="webhook", config={"url": "https://example.org/"})
    owner = make_user(name=f"owner {word[0]}")
    side = Side(word)
    side.rows = {
        FindingChange: FindingChange.objects.filter(field__dataset=dataset).latest("pk"),
        Source: source, Dataset: dataset, Field: Field.objects.get(dataset=dataset, name=f"{name}_email"), Domain: domain, Tag: tag, ScanRun: run,
        ScanUnit: unit, Schedule: schedule, Alert: alert, Receiver: receiver, Token: Token.objects.create(user=owner, name=name, prefix=word, digest=word.encode()),
        Notification: Notification.objects.create(alert=alert, receiver=receiver, error=f"about {name}"), Grant: grant(owner, "viewer", source),
        Event: Event.objects.filter(source_id=source.pk).latest("pk"),
        Rule: Rule.objects.create(name=f"rule {word[0]}", pattern="x.*", title="x"), RuleSet: RuleSet.objects.create(name=f"rules {word[0]}"),
        Silence: Silence.objects.create(matchers={"dataset": name}, reason=name, ends=timezone.now()),
        User: owner, Team: make_team(f"team {word[0]}", [owner]),
    }  # fmt: skip
    return side


def is_scoped(model: type[Model] | None) -> bool:
    """Whether rows of a model belong to a source, or to a person."""
    kind = subjects.type_of(model) if model is not None else None
    return kind is not None and not kind.is_shared and bool({"source", "dataset", "person"} & set(kind.paths))


def state_of(side: Side) -> dict[str, Any]:
    """All that the database holds of a side, to see that nobody has touched it."""
    source = side[Source]
    held: dict[str, Any] = {model.__name__: model._default_manager.filter(pk=row.pk).values().first() for model, row in side.rows.items()}
    held["datasets"] = list(Dataset.objects.filter(source=source).order_by("pk").values())
    held["fields"] = list(Field.objects.filter(dataset__source=source).order_by("pk").values())
    held["scans"] = list(ScanRun.objects.filter(source=source).order_by("pk").values())
    held["schedules"] = list(Schedule.objects.filter(source=source).order_by("pk").values())
    held["grants"] = list(Grant.objects.filter(scope="source", scope_id=source.pk).order_by("pk").values())
    held["tags"] = sorted(side[Dataset].tags.values_list("pk", flat=True))
    held["facts"] = Event.objects.filter(source_id=source.pk).count()
    return held
