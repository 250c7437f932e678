"""The list of datasets, and the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from governance.catalog import queries, services
from governance.catalog.admin.base import CatalogAdmin, answer, listed, number, ordered, posted
from governance.catalog.admin.basis import counted_of
from governance.catalog.models import Dataset, DatasetVersion, Domain, Field, Tag
from governance.core.access import actor_of, may, visible
from governance.core.errors import InvalidInput
from governance.core.face import numbers
from security.access.queries import who_can
from security.identity.models import Team

ORDERS = {"name": "name", "rows": "rows", "size": "size", "sensitive": "sensitive_fields", "scanned": "scanned", "fields": "field_count"}
UNDO = "catalog_undo"
SNAPSHOTS = 60
VERSIONS = 50
FIELDS = 500
"""Fields that a page shows unless all are asked for."""


@admin.register(Dataset)
class DatasetAdmin(CatalogAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("source", "domain").defer("words")

    def routes(self) -> list[Any]:
        return [
            ("bulk/", self.bulk, "bulk"),
            ("bulk/undo/", self.undo_bulk, "bulk_undo"),
            ("<int:pk>/edit/", self.edit, "edit"),
            ("<int:pk>/restore/", self.restore, "restore"),
        ]

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        actor = actor_of(request)
        rows = queries.datasets_under(actor, request.GET)
        order, asked = ordered(request, ORDERS, "name")
        found = listed(request, rows, order, self._load)
        choices = queries.dataset_choices(actor, request.GET)
        kept = request.GET.copy()
        for name in ("cursor", "order"):
            kept.pop(name, None)
        context = {
            **found,
            "choices": choices,
            "typed": request.GET.get("q", ""),
            "export": f"{reverse('dataset-export')}?{queries.export_query(actor, request.GET)}",
            "order": asked,
            "kept": kept.urlencode(),
            "total": rows.count(),
            "is_filtered": bool(kept),
            "may_edit": may(actor, "edit") or visible(actor, Dataset.objects.all(), "edit").exists(),
            "domains": visible(actor, Domain.objects.all()),
            "tags": visible(actor, Tag.objects.all()),
            "people": queries.people(),
            "teams": queries.teams(),
            "undo": request.session.get(UNDO),
        }
        return answer(request, "catalog/datasets.html", "Datasets", [("Discover", "")], context)

    def _load(self, ids: list[int]) -> list[Dataset]:
        rows = Dataset.objects.filter(pk__in=ids).select_related("source", "domain").prefetch_related("tags", "owners", "owner_teams")
        return list(rows.defer(*queries.HEAVY))

    @posted
    def bulk(self, request: HttpRequest) -> str:
        """Edit the chosen datasets: what is left empty stays as it is."""
        datasets = self.several(request, Dataset, request.POST.getlist("chosen"))
        if not datasets:
            raise InvalidInput("Choose at least one dataset first.")
        actor = actor_of(request)
        changes: dict[str, Any] = {}
        add: dict[str, list[int]] = {}
        remove: dict[str, list[int]] = {}
        if domain := request.POST.get("domain", ""):
            changes["domain"] = None if domain == "none" else number(domain)
        if certification := request.POST.get("certification", ""):
            changes["certification"] = "" if certification == "none" else certification
        if names := _names(request.POST.get("add_tags", "")):
            add["tags"] = [one.pk for one in services.tags_named(names, actor=actor)]
        if tag := request.POST.get("remove_tag", ""):
            remove["tags"] = [number(tag)]
        for name, column in (("add_owner", "owners"), ("add_team", "owner_teams")):
            if value := request.POST.get(name, ""):
                add[column] = [number(value)]
        if not (changes or add or remove):
            raise InvalidInput("Nothing was chosen to change.")
        changed = services.edit_many(datasets, actor=actor, add=add, remove=remove, **changes)
        if not changed:
            return "Nothing was different: the chosen datasets say this already."
        request.session[UNDO] = [[one.pk, one.version] for one in changed]
        return f"{len(changed)} dataset{'s' if len(changed) > 1 else ''} changed."

    @posted
    def undo_bulk(self, request: HttpRequest) -> str:
        done, kept = 0, 0
        actor = actor_of(request)
        for pk, version in request.session.pop(UNDO, []):
            dataset = self.get_queryset(request).filter(pk=pk).first()
            if dataset is None or dataset.version != version:
                kept += 1
                continue
            services.restore_version(dataset, version - 1, actor=actor, expected=version)
            done += 1
        return f"{done} taken back." + (f" {kept} were changed again since, and stay." if kept else "")

    # The page of one

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        dataset: Dataset = self.one(request, object_id)
        actor = actor_of(request)
        fields = list(
            Field.objects.filter(dataset=dataset)
            .prefetch_related("tags")
            .defer("words", "evidence")
            .order_by("gone", "position", "pk")[: None if "all" in request.GET else FIELDS]
        )
        versions = list(DatasetVersion.objects.filter(dataset=dataset).select_related("created_by").defer("fields")[:VERSIONS])
        names = _names_of([one.change for one in versions])
        snapshots = list(dataset.snapshots.order_by("-time")[:SNAPSHOTS])[::-1]
        may_edit, sees_access = may(actor, "edit", dataset), may(actor, "administer") or may(actor, "audit")
        tabs = [
            {"id": "fields", "title": "Fields", "count": dataset.field_count, "icon": "view_column"},
            {"id": "preview", "title": "Preview", "icon": "visibility"},
            {"id": "profile", "title": "Profile over time", "icon": "monitoring"},
            {"id": "access", "title": "Access", "icon": "key"},
            {"id": "history", "title": "History", "count": dataset.version, "icon": "history"},
        ]
        context = {
            "dataset": dataset,
            "fields": [row_of(one, dataset) for one in fields],
            "tabs": tabs,
            "has_more_fields": len(fields) == FIELDS and "all" not in request.GET,
            "facts": _facts(dataset),
            "counted": counted_of(dataset),
            "may_edit": may_edit,
            "may_preview": may(actor, "preview", dataset),
            "sees_access": sees_access,
            "may_give": may(actor, "administer", dataset),
            "readers": _readers(dataset) if sees_access and "access" in request.GET else None,
            "versions": [{"row": one, "changes": changes_of(one.change, names), "is_newest": one.number == dataset.version} for one in versions],
            "snapshots": snapshots[::-1],
            "row_history": [one.rows for one in snapshots],
            "size_history": [one.size for one in snapshots],
            "null_history": _null_histories(snapshots),
            "owner_ids": [one.pk for one in dataset.owners.all()],
            "team_ids": [one.pk for one in dataset.owner_teams.all()],
            "tag_names": "; ".join(one.name for one in dataset.tags.all()),
            **({"domains": visible(actor, Domain.objects.all()), "people": queries.people(), "teams": queries.teams()} if may_edit else {}),
            "certifications": Dataset.Certification.choices,
        }
        crumbs = [("Datasets", reverse("admin:catalog_dataset_changelist")), *way_to(dataset)]
        return answer(request, "catalog/dataset.html", dataset.name, crumbs, context)

    @posted
    def edit(self, request: HttpRequest, pk: int) -> str:
        dataset = self.one(request, pk, "edit")
        actor = actor_of(request)
        domain = request.POST.get("domain", "")
        changed = services.edit_dataset(
            dataset,
            actor=actor,
            description=request.POST.get("description", ""),
            domain=number(domain) if domain else None,
            certification=request.POST.get("certification", ""),
            tags=[one.pk for one in services.tags_named(_names(request.POST.get("tags", "")), actor=actor)],
            owners=[number(one) for one in request.POST.getlist("owners")],
            owner_teams=[number(one) for one in request.POST.getlist("owner_teams")],
        )
        return "" if changed.version == dataset.version else f"Saved as version {changed.version}."

    @posted
    def restore(self, request: HttpRequest, pk: int) -> str:
        dataset = self.one(request, pk, "edit")
        wanted = number(request.POST.get("version", ""))
        restored = services.restore_version(dataset, wanted, actor=actor_of(request))
        return f"What was said at version {wanted} holds again, as version {restored.version}."


def _readers(dataset: Dataset) -> list[dict[str, Any]]:
    """Everybody who sees the dataset, with the highest sensitivity shown unmasked and why."""
    return [{"user": user, "told": told} for user, told in who_can("view", dataset)]


def way_to(dataset: Dataset) -> list[tuple[str, str]]:
    """Source and path of a dataset as breadcrumbs."""
    source = f"{reverse('admin:catalog_dataset_changelist')}?source={dataset.source_id}"
    return [(dataset.source.name, source), *((step, "") for step in dataset.path)]


def row_of(field: Field, dataset: Dataset) -> dict[str, Any]:
    """A field as the table shows it."""
    profile = field.profile or {}
    rows = profile.get("rows") or dataset.rows
    return {"field": field, "nulls": profile.get("nulls"), "distinct": profile.get("distinct"), "rows": rows, "spark": spark_of(profile)}


def spark_of(profile: dict[str, Any]) -> list[float]:
    """The shape of a field's values: its histogram, or how often its most frequent values come."""
    if histogram := profile.get("histogram"):
        return [bucket[2] for bucket in histogram]
    top = [pair[1] for pair in profile.get("top") or profile.get("shapes") or []]
    return top if len(top) > 2 else []


KINDS: dict[str, Any] = {"domain": Domain, "tags": Tag, "owner_teams": Team}


def _names_of(changes: list[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """(part, id) → name of every domain, tag, team and person that changes name."""
    wanted: dict[str, set[int]] = {}
    for change in changes:
        for name, pair in change.items():
            part = name.rpartition(".")[2]
            if part in ("domain", "tags", "owners", "owner_teams") and isinstance(pair, dict):
                for side in (pair["before"], pair["after"]):
                    wanted.setdefault(part, set()).update(side if isinstance(side, list) else [side] if side else [])
    found = {
        (part, one.pk): str(one) for part, ids in wanted.items() for one in KINDS.get(part, get_user_model())._default_manager.filter(pk__in=ids)
    }
    return found


def _in_words(name: str, value: Any, names: dict[tuple[str, int], str]) -> Any:
    part = name.rpartition(".")[2]
    if part in ("tags", "owners", "owner_teams"):
        return ", ".join(names.get((part, one), f"{one} (gone)") for one in value) or "none"
    if part == "domain":
        return names.get((part, value), f"{value} (gone)") if value else "none"
    return value or "nothing"


def changes_of(change: dict[str, Any], names: dict[tuple[str, int], str]) -> dict[str, Any]:
    """A version's change for the template: names apart, and before and after for the diff."""
    before = {name: _in_words(name, pair["before"], names) for name, pair in change.items() if isinstance(pair, dict) and "before" in pair}
    after = {name: _in_words(name, pair["after"], names) for name, pair in change.items() if isinstance(pair, dict) and "after" in pair}
    for one in change.get("changed", ()):
        before[one["name"]], after[one["name"]] = one["before"], one["after"]
    for one in change.get("renamed", ()):
        before[f"{one['after']} (renamed)"], after[f"{one['after']} (renamed)"] = one["before"], one["after"]
    return {
        "added": change.get("added", []),
        "removed": change.get("removed", []),
        "before": before,
        "after": after,
        "is_other": change.get("other", False),
    }


def _facts(dataset: Dataset) -> list[tuple[str, Any]]:
    profile = dataset.profile or {}
    return [
        ("Kind", dataset.kind_words),
        ("Rows", numbers.human(dataset.rows)),
        ("Size", numbers.human_bytes(dataset.size)),
        ("Fields", dataset.field_count),
        ("Measured", profile.get("method", "")),
        ("Refers to", ", ".join(sorted({one[1] for one in dataset.references})) if dataset.references else ""),
    ]


def _null_histories(snapshots: list[Any]) -> list[dict[str, Any]]:
    """Fields whose share of nulls moved by a hundredth or more, with that share over time."""
    shares: dict[str, list[float | None]] = {}
    for at, one in enumerate(snapshots):
        for name, measured in one.fields.items():
            nulls = measured.get("nulls")
            series = shares.setdefault(name, [None] * len(snapshots))
            series[at] = round(100 * nulls / one.rows, 2) if nulls is not None and one.rows else None
    found: list[dict[str, Any]] = []
    for name, series in shares.items():
        known = [one for one in series if one is not None]
        if len(known) > 1 and max(known) - min(known) >= 1:
            found.append({"name": name, "values": series, "first": known[0], "last": known[-1], "moved": abs(known[-1] - known[0])})
    return sorted(found, key=lambda one: -one["moved"])[:20]


def _names(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.replace(",", ";").split(";")) if name]
