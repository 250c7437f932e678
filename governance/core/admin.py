"""The audit log: facts as a dense list, each opening to its change and its proof; what subscribers set aside; exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from governance.core import spreadsheets, subjects
from governance.core.access import actor_of, may, require, visible
from governance.core.admin_base import GatedAdmin
from governance.core.admin_pages import page as admin_page
from governance.core.api.events import EventFilter, with_person
from governance.core.api.keyset import Order, page
from governance.core.api.problems import invalid
from governance.core.errors import GovernanceError, InvalidInput
from governance.core.events import record, title_of, types
from governance.core.events.naming import named
from governance.core.events.recording import stamp
from governance.core.events.subscribers import replay
from governance.core.events.verifying import verify
from governance.core.models import Cursor, Event, EventPerson, SetAside

COLUMNS = (
    "pk",
    "sequence",
    "type",
    "severity",
    "time",
    "actor_kind",
    "subject_type",
    "subject_id",
    "subject_name",
    "source_id",
    "dataset_id",
    "data",
    "person",
)
PLAIN = (
    "sequence",
    "time",
    "type",
    "severity",
    "actor_kind",
    "actor_id",
    "subject_type",
    "subject_id",
    "subject_name",
    "source_id",
    "dataset_id",
    "request_id",
)
NEWEST_FIRST = Order("pk", descending=True)
OURS = ("cursor", "limit", "format")


@admin.register(Event)
class EventAdmin(GatedAdmin):
    """Read only: facts are never changed."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("export/", self.admin_site.admin_view(require_POST(self.export)), name="core_event_export"),
            path("<int:pk>/more/", self.admin_site.admin_view(self.more), name="core_event_more"),
            path("<int:pk>/change/", self.admin_site.admin_view(self.one), name="core_event_change"),
        ]
        urls: list[URLPattern] = [*own, *super().get_urls()]
        return urls

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        parameters = request.GET.copy()
        for name in [name for name, value in parameters.items() if not value]:
            del parameters[name]
        found = page(with_person(chosen(request, parameters)), NEWEST_FIRST, list(COLUMNS), parameters, request.path)
        kept = parameters.copy()
        for name in OURS:
            kept.pop(name, None)
        context = {
            **self.admin_site.each_context(request),
            "title": "Audit log",
            "crumbs": [("Security", ""), ("Audit log", "")],
            "rows": [shaped(row) for row in found.rows],
            "next_url": found.next or "",
            "previous_url": found.previous or "",
            "chosen": kept.dict(),
            "query": kept.urlencode(),
            "types": types(),
            "groups": sorted({name.partition(".")[0] for name in types()}),
            "severities": Event.Severity.choices,
            "subject_types": sorted(kind.name for kind in subjects.all_types()),
            "is_first_page": "cursor" not in parameters,
            "sees_all": may(actor_of(request), "audit"),
        }
        return TemplateResponse(request, "core/events.html", context)

    def more(self, request: HttpRequest, pk: int) -> TemplateResponse:
        """What a row opens to; read when it is opened."""
        return TemplateResponse(request, "core/event_more.html", self._detail(request, pk))

    def one(self, request: HttpRequest, pk: int) -> TemplateResponse:
        detail = self._detail(request, pk)
        crumbs = [("Security", ""), ("Audit log", reverse("admin:core_event_changelist")), (f"Fact {pk}", "")]
        return TemplateResponse(request, "core/event.html", {**self.admin_site.each_context(request), "crumbs": crumbs, **detail})

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The chosen facts as CSV or JSON lines; that they were exported is a fact itself."""
        kind = request.POST.get("format", "")
        if kind not in ("csv", "jsonl"):
            raise InvalidInput("Facts are exported as csv or jsonl.")
        rows = with_person(chosen(request, request.GET)).order_by("pk")
        with_addresses = may(actor_of(request), "audit")
        record("audit.events.exported", actor=actor_of(request), severity="warning", format=kind, filters=request.GET.urlencode())
        lines = csv_lines(rows, with_addresses) if kind == "csv" else json_lines(rows, with_addresses)
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8" if kind == "csv" else "application/x-ndjson",
            headers={"Content-Disposition": f'attachment; filename="facts.{kind}"', "Cache-Control": "no-store"},
        )

    def _detail(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        actor = actor_of(request)
        event = visible(actor, Event.objects.filter(pk=pk)).first()
        if event is None:
            raise Http404
        person = EventPerson.objects.filter(pk=pk).first()
        data = dict(event.data)
        change = data.pop("change", None) or {}
        around = with_person(visible(actor, Event.objects.all()))
        return {
            "title": title_of(event.type),
            "event": event,
            "person": person.data if person else {},
            "is_address_shown": may(actor, "audit"),
            "subject_url": subject_url(event.subject_type, event.subject_id),
            "change": named(event.type, change) if change else {},
            "data": data,
            "body": bytes(event.body).decode("ascii"),
            "leaf": bytes(event.leaf).hex(),
            "mac": bytes(event.mac).hex(),
            "verified": verify(event),
            "cause": _one(around, event.cause_id),
            "effects": [shaped(row) for row in around.filter(cause_id=pk).order_by("pk").values(*COLUMNS)[:20]],
        }


def chosen(request: HttpRequest, parameters: Any) -> QuerySet[Event]:
    """The facts that the reader may see and the query string asks for."""
    filters = EventFilter(parameters, queryset=visible(actor_of(request), Event.objects.all()), request=request)
    if not filters.is_valid():
        raise invalid({name: [str(one) for one in said] for name, said in filters.errors.items()})
    found: QuerySet[Event] = filters.qs
    return found


def shaped(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the pages show it."""
    person = row["person"] or {}
    return {
        **row,
        "id": row["pk"],
        "title": title_of(row["type"]),
        "actor": person.get("name") or row["actor_kind"],
        "subject_name": person.get("subject") or row["subject_name"],
        "subject_url": subject_url(row["subject_type"], row["subject_id"]),
        "has_change": bool((row["data"] or {}).get("change")),
    }


def subject_url(kind: str, pk: int | None) -> str:
    """Where a fact's subject is, by its type alone; the page itself says when it is gone."""
    known = {one.name: one for one in subjects.all_types()}.get(kind)
    return known.url(known.model(pk=pk)) if known is not None and pk is not None else ""


def json_lines(rows: QuerySet[Event], with_addresses: bool) -> Iterator[bytes]:
    for row in rows.values("pk", *PLAIN, "data", "person", "body", "leaf", "mac").iterator(chunk_size=1_000):
        plain = {**_plain(row, with_addresses), "data": row["data"], "body": bytes(row["body"]).decode("ascii")}
        yield orjson.dumps({**plain, "leaf": bytes(row["leaf"]).hex(), "mac": bytes(row["mac"]).hex()}, default=str) + b"\n"


def csv_lines(rows: QuerySet[Event], with_addresses: bool) -> Iterator[str]:
    names = ["id", *PLAIN, "actor", "address", "data"]
    yield spreadsheets.line(names)
    for row in rows.values("pk", *PLAIN, "data", "person").iterator(chunk_size=1_000):
        plain = {**_plain(row, with_addresses), "data": orjson.dumps(row["data"], default=str).decode()}
        yield spreadsheets.line(plain[name] for name in names)


def _plain(row: Mapping[str, Any], with_addresses: bool) -> dict[str, Any]:
    person = row["person"] or {}
    return {
        "id": row["pk"],
        **{name: row[name] for name in PLAIN},
        "time": stamp(row["time"]),
        "subject_name": person.get("subject") or row["subject_name"],
        "actor": person.get("name") or row["actor_kind"],
        "address": person.get("address", "") if with_addresses else "",
    }


def _one(rows: QuerySet[Event], pk: int | None) -> dict[str, Any] | None:
    row = rows.filter(pk=pk).values(*COLUMNS).first() if pk is not None else None
    return shaped(row) if row is not None else None


@admin_page("audit/subscribers/", "audit-subscribers", "Subscribers", "core/subscribers.html")
def subscribers(request: HttpRequest) -> Mapping[str, Any] | HttpResponseBase:
    """How far each subscriber has read, and what was set aside; a POST replays one fact."""
    actor = actor_of(request)
    require(actor, "audit")
    if request.method == "POST":
        return _replay(request)
    last = Event.objects.aggregate(last=Max("sequence"))["last"] or 0
    events = {row["pk"]: shaped(row) for row in with_person(Event.objects.filter(pk__in=SetAside.objects.values("event_id"))).values(*COLUMNS)}
    return {
        "crumbs": [("Security", ""), ("Audit log", reverse("admin:core_event_changelist")), ("Subscribers", "")],
        "cursors": [
            {"name": one.name, "sequence": one.sequence, "lag": last - one.sequence, "attempts": one.attempts, "updated": one.updated}
            for one in Cursor.objects.order_by("name")
        ],
        "last": last,
        "unsealed": Event.objects.filter(sequence=None).count(),
        "rows": [{"row": one, "event": events.get(one.event_id)} for one in SetAside.objects.order_by("-pk")[:200]],
        "may_replay": may(actor, "administer"),
    }


def _replay(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    require(actor, "administer")
    text = request.POST.get("replay", "")
    row = SetAside.objects.filter(pk=int(text) if text.isdecimal() and len(text) < 19 else -1, replayed=None).first()
    if row is None:
        messages.warning(request, "This fact was replayed already.")
        return HttpResponseRedirect(reverse("admin:audit-subscribers"))
    try:
        with transaction.atomic():
            replay(row)
            record("audit.fact.replayed", actor=actor, subscriber=row.subscriber, event=row.event_id)
        messages.success(request, f"{row.subscriber} has read fact {row.event_id}.")
    except GovernanceError as error:
        messages.error(request, error.detail)
    except Exception as error:  # stage boundary: whatever the subscriber raises is told on the page, and the fact stays set aside
        messages.error(request, f"It failed again and stays set aside: {type(error).__name__}. The log of the web process says more.")
    return HttpResponseRedirect(reverse("admin:audit-subscribers"))
