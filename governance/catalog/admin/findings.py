"""Findings: the list of everything sensitive, decided by the row, by the page or by what the filters name, and taken along as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from governance.catalog import queries, services
from governance.catalog.admin.base import CatalogAdmin, answer, listed, ordered, posted
from governance.catalog.entities import choices
from governance.catalog.models import Decision, Field
from governance.core.access import Actor, actor_of, visible
from governance.core.errors import InvalidInput

ORDERS = {"found": "found", "score": "score", "name": "name", "dataset": "dataset__name"}
SINCE = ((1, "24 hours"), (7, "7 days"), (30, "30 days"))
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
BULK = "findings_bulk"
"""Where the session keeps the reader's last bulk decision, for the undo."""


class FindingsPages(CatalogAdmin):
    def routes(self) -> list[Any]:
        return [
            ("bulk/", self.bulk, "bulk"),
            ("bulk/all/", self.bulk_all, "bulk_all"),
            ("bulk/undo/", self.bulk_undo, "bulk_undo"),
            ("export/", self.export, "export"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        actor = actor_of(request)
        rows = queries.fields_under(actor, request.GET)
        order, asked = ordered(request, ORDERS, "-found")
        kept = request.GET.copy()
        for name in ("cursor", "order"):
            kept.pop(name, None)
        without_since = kept.copy()
        without_since.pop("since", None)
        now = timezone.now()
        address = reverse("admin:catalog_field_changelist")
        may_decide = visible(actor, Field.objects.all(), "decide").exists()
        context = {
            **listed(request, rows, order, self._load),
            "map": queries.heat_map(actor, request.GET, address),
            "counts": _counts(actor, address),
            "choices": queries.field_choices(actor, request.GET),
            "typed": request.GET.get("q", ""),
            "exports": [(words, f"{reverse('admin:catalog_field_export')}?{urlencode({**kept.dict(), 'type': kind})}") for kind, words in EXPORTS],
            "round_trip": f"{reverse('field-export')}?{queries.field_export_query(request.GET)}",
            "since": queries.since_of(request.GET),
            "sinces": [((now - timedelta(days=days)).isoformat(timespec="seconds"), words) for days, words in SINCE],
            "without_since": without_since.urlencode(),
            "order": asked,
            "kept": kept.urlencode(),
            "is_filtered": bool(kept),
            "total": rows.count(),
            "may_decide": may_decide,
            "undecided": _undecided(actor, request.GET).count() if may_decide else 0,
            "last_bulk": last if may_decide and (last := request.session.get(BULK)) and _still_mine(last, actor) else None,
            "entities": choices(),
        }
        return answer(request, "catalog/findings.html", "Findings", [("Sensitive data", "")], context)

    def _load(self, ids: list[int]) -> list[Field]:
        return list(Field.objects.filter(pk__in=ids).select_related("dataset__source").defer(*queries.FIELD_HEAVY))

    @posted
    def bulk(self, request: HttpRequest) -> str:
        """One decision about all chosen fields."""
        fields = self.several(request, Field, request.POST.getlist("chosen"))
        if not fields:
            raise InvalidInput("Choose at least one field first.")
        made = decision_of(request)
        started = timezone.now()
        decided = services.decide_many(fields, **made, actor=actor_of(request))
        return _told(request, made["verdict"], decided, started)

    @posted
    def bulk_all(self, request: HttpRequest) -> str:
        """One decision about all undecided fields that the filters name; the form says how many the reader was shown."""
        actor, made, started = actor_of(request), decision_of(request), timezone.now()
        found = list(_undecided(actor, QueryDict(request.POST.get("filter", ""))).order_by("dataset_id", "pk"))
        if not found or str(len(found)) != request.POST.get("count", ""):
            raise InvalidInput(f"The list has changed: {len(found)} undecided fields fit these filters now. Look again before you decide.")
        return _told(request, made["verdict"], services.decide_all(found, **made, actor=actor), started)

    @posted
    def bulk_undo(self, request: HttpRequest) -> str:
        """Take back the reader's last bulk decision, as far as nobody has decided anew since."""
        kept, actor = request.session.pop(BULK, None), actor_of(request)
        if kept is None:
            raise InvalidInput("There is no decision about many fields that could be taken back.")
        still = _still_mine(kept, actor)
        if not still:
            raise InvalidInput("All of these were decided anew or taken back already.")
        undone = services.undo_all(list(visible(actor, Field.objects.filter(pk__in=still)).order_by("dataset_id", "pk")), actor=actor)
        left = len(kept["fields"]) - len(undone)
        return f"Taken back for {_count(len(undone))}." + (f" The rest ({left:,}) was decided anew or taken back already." if left else "")

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """What the filters name, as a file."""
        kind = request.GET.get("type", "csv")
        if kind not in TYPES:
            raise InvalidInput("Findings are exported as csv or json.")
        actor = actor_of(request)
        lines = services.export_findings(queries.fields_under(actor, request.GET), kind, actor=actor)
        response = StreamingHttpResponse(lines, content_type=TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="findings-{timezone.now():%Y-%m-%d}.{kind}"'
        return response


EXPORTS = (("csv", "CSV"), ("json", "JSON"))


def decision_of(request: HttpRequest) -> dict[str, Any]:
    """What a form decides, as the services take it."""
    verdict = request.POST.get("verdict", "")
    if verdict not in Decision.Verdict.values:
        raise InvalidInput("Choose confirm, reject or set.")
    entity = request.POST.get("entity", "") if verdict == "set" else request.POST.get("expected", "")
    return {"verdict": verdict, "entity": entity, "reason": request.POST.get("reason", "")[:500]}


def _undecided(actor: Actor, parameters: QueryDict) -> Any:
    return queries.fields_under(actor, parameters, "decide").filter(state=Field.State.SUGGESTED)


def _still_mine(kept: dict[str, Any], actor: Actor) -> list[int]:
    """Those fields of a bulk decision about which it is still the last word."""
    since = parse_datetime(kept["since"])
    newest = Decision.objects.filter(field_id__in=kept["fields"], undone=None).order_by("field_id", "-pk").distinct("field_id")
    rows = newest.values_list("field_id", "user_id", "time")
    return [pk for pk, user, time in rows if user == actor.id and since is not None and time >= since]


def _told(request: HttpRequest, verdict: str, decided: list[Field], started: datetime) -> str:
    request.session[BULK] = {"fields": [one.pk for one in decided], "since": started.isoformat(), "verdict": verdict, "words": _count(len(decided))}
    return f"{_count(len(decided))} decided."


def _count(number: int) -> str:
    return f"{number:,} field{'' if number == 1 else 's'}"


def _counts(actor: Actor, address: str) -> list[dict[str, Any]]:
    """The numbers above the list, each with the list that it counts."""
    held = ~Q(entity="")
    found = queries.fields_under(actor, QueryDict("state=any")).aggregate(
        held=Count("pk", filter=held),
        restricted=Count("pk", filter=held & Q(sensitivity="restricted")),
        new=Count("pk", filter=held & queries.NEW_BY_SCAN),
        waiting=Count("pk", filter=Q(state=Field.State.SUGGESTED)),
        decided=Count("pk", filter=Q(state__in=queries.DECIDED)),
    )
    return [
        {
            "label": "Sensitive fields",
            "value": found["held"],
            "href": address,
            "note": f"{found['restricted']:,} restricted" if found["restricted"] else "none is restricted",
        },
        {"label": "New", "value": found["new"], "href": f"{address}?new=scan", "note": "since the last scan"},
        {"label": "Waiting", "value": found["waiting"], "href": f"{address}?state=suggested", "note": "for a yes or a no"},
        {"label": "Decided", "value": found["decided"], "href": f"{address}?state=decided", "note": "confirmed or rejected"},
    ]
