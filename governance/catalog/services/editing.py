"""What people say of datasets and fields: description, domain, tags, owners, certification. Each edit is a version that can be restored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from governance.catalog.indexing import refresh
from governance.catalog.models import Dataset, DatasetVersion, Domain, Field, Tag
from governance.catalog.services.curation import curation_of
from governance.catalog.services.scopes import guard_scope
from governance.core.access import Actor, require
from governance.core.errors import Conflict, InvalidInput, NotFound
from governance.core.events import record
from security.identity.models import Team

LONGEST_DESCRIPTION = 5_000
SHOWN = 500
"""Characters of a description that a fact holds; the version holds all."""
TOLD = 40
"""Changes that a fact names."""
MOST = 1_000
"""Datasets that one request may edit."""
PARTS = ("description", "domain", "certification", "tags", "owners", "owner_teams")
SETS: Mapping[str, Any] = {"tags": Tag, "owners": None, "owner_teams": Team}


@transaction.atomic
def edit_dataset(dataset: Dataset, *, actor: Actor, **changes: Any) -> Dataset:
    """Change what people say of a dataset: `description`, `domain` (id or None), `certification`, and `tags`, `owners`, `owner_teams` (lists of ids)."""
    locked = _locked([dataset.pk])[0]
    require(actor, "edit", locked)
    _edit(locked, changes, actor)
    refresh([locked.pk], [])
    return locked


@transaction.atomic
def edit_many(
    datasets: Sequence[Dataset],
    *,
    actor: Actor,
    add: Mapping[str, Collection[int]] | None = None,
    remove: Mapping[str, Collection[int]] | None = None,
    **changes: Any,
) -> list[Dataset]:
    """The same for many datasets, all or none. `add` and `remove` change tags, owners and owner_teams by a few instead of writing all of them."""
    if len(datasets) > MOST:
        raise InvalidInput(f"At most {MOST} datasets at once; these are {len(datasets)}.", errors={"datasets": ["too many"]})
    rows = _locked([one.pk for one in datasets])
    curations = curation_of([one.pk for one in rows])
    changed = []
    for one in rows:
        require(actor, "edit", one)
        own = dict(changes)
        for name in SETS:
            if (add and name in add) or (remove and name in remove):
                own[name] = sorted((set(curations[one.pk].get(name, ())) | set((add or {}).get(name, ()))) - set((remove or {}).get(name, ())))
        if _edit(one, own, actor, curations[one.pk]):
            changed.append(one)
    refresh([one.pk for one in changed], [])
    return changed


@transaction.atomic
def edit_field(field: Field, *, actor: Actor, description: str | None = None, tags: Collection[int] | None = None) -> Field:
    """Change the description or the tags (ids) of a field."""
    dataset = _locked([field.dataset_id])[0]
    found = Field.objects.defer("words").get(pk=field.pk)
    found.dataset = dataset
    require(actor, "edit", found)
    before: dict[str, Any] = {"description": found.description, "tags": sorted(found.tags.values_list("pk", flat=True))}
    after = dict(before)
    if description is not None:
        after["description"] = _description(description)
    if tags is not None:
        after["tags"] = sorted(_known(Tag, tags, "tags"))
        guard_scope(actor, "tag", set(before["tags"]) ^ set(after["tags"]))
    if after == before:
        return found
    found.description = after["description"]
    found.save(update_fields=["description"])
    found.tags.set(after["tags"])
    change = _shown(before, after)
    _version(dataset, {f"{found.name}.{name}": pair for name, pair in change.items()}, actor)
    record("catalog.field.edited", found, actor=actor, change=_told(change), field=found.name[:200])
    refresh([dataset.pk], [found.pk])
    return found


@transaction.atomic
def restore_version(dataset: Dataset, number: int, *, actor: Actor, expected: int | None = None) -> Dataset:
    """Bring back what people had said at a version. The structure is the source's and stays. `expected`: only while this version is the newest."""
    locked = _locked([dataset.pk])[0]
    require(actor, "edit", locked)
    if expected is not None and locked.version != expected:
        raise Conflict(f"{locked} was changed meanwhile (version {locked.version}). Look at its history before you restore.")
    version = DatasetVersion.objects.filter(dataset=locked, number=number).first()
    if version is None:
        raise NotFound(f"{locked} has no version {number}.")
    wanted = version.curation
    changes: dict[str, Any] = {name: wanted.get(name, [] if name in SETS else None if name == "domain" else "") for name in PARTS}
    for name, model in SETS.items():
        changes[name] = _existing(model, changes[name])
    if changes["domain"] is not None and not Domain.objects.filter(pk=changes["domain"]).exists():
        changes["domain"] = None
    fields = _restore_fields(locked, wanted.get("fields", {}), actor)
    if not _edit(locked, changes, actor, restored=number, also=fields):
        raise Conflict(f"{locked} already says what it said at version {number}.")
    refresh([locked.pk])
    return locked


def _locked(pks: Sequence[int]) -> list[Dataset]:
    rows = Dataset.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",)).select_related("source", "domain")
    return list(rows.defer("words", "definition", "profile"))


def _edit(
    dataset: Dataset,
    changes: Mapping[str, Any],
    actor: Actor,
    curation: Mapping[str, Any] | None = None,
    *,
    restored: int | None = None,
    also: Mapping[str, Any] | None = None,
) -> bool:
    """Write the changes, a version and a fact; False when nothing is different."""
    if unknown := sorted(set(changes) - set(PARTS)):
        raise InvalidInput(f"A dataset has no {unknown[0]} that could be edited. Known: {', '.join(PARTS)}.", errors={unknown[0]: ["unknown"]})
    present = curation if curation is not None else curation_of([dataset.pk])[dataset.pk]
    before = {name: present.get(name, [] if name in SETS else None if name == "domain" else "") for name in changes}
    after = {name: _checked(name, value) for name, value in changes.items()}
    change = {name: pair for name, pair in _shown(before, after).items() if before[name] != after[name]} | dict(also or {})
    if not change:
        return False
    if "domain" in change:
        guard_scope(actor, "domain", {one for one in (before["domain"], after["domain"]) if one})
    if "tags" in change:
        guard_scope(actor, "tag", set(before["tags"]) ^ set(after["tags"]))
    for name in (one for one in after if one in change):
        if name in SETS:
            getattr(dataset, name).set(after[name])
        else:
            setattr(dataset, "domain_id" if name == "domain" else name, after[name])
    if "certification" in change:
        dataset.certified_by_id = actor.id if after["certification"] else None
    dataset.save(update_fields=["description", "domain", "certification", "certified_by"])
    if "domain" in change:
        dataset.domain = Domain.objects.filter(pk=after["domain"]).first() if after["domain"] else None
    _version(dataset, change, actor)
    record("catalog.dataset.edited", dataset, actor=actor, change=_told(change), version=dataset.version, restored=restored)
    return True


def _version(dataset: Dataset, change: Mapping[str, Any], actor: Actor) -> None:
    last = DatasetVersion.objects.filter(dataset=dataset).order_by("-number").values("fields").first()
    dataset.version += 1
    dataset.save(update_fields=["version"])
    DatasetVersion.objects.create(
        dataset=dataset,
        number=dataset.version,
        fields=last["fields"] if last else [],
        change=change,
        curation=curation_of([dataset.pk])[dataset.pk],
        created=timezone.now(),
        created_by_id=actor.id,
    )


def _restore_fields(dataset: Dataset, wanted: Mapping[str, Mapping[str, Any]], actor: Actor) -> dict[str, Any]:
    """Bring back descriptions and tags of fields; what changed, by "field.part"."""
    change: dict[str, Any] = {}
    present = curation_of([dataset.pk])[dataset.pk].get("fields", {})
    for field in Field.objects.filter(dataset=dataset, name__in=[*wanted, *present]).defer("words"):
        before: dict[str, Any] = {"description": "", "tags": []} | dict(present.get(field.name, {}))
        after: dict[str, Any] = {"description": "", "tags": []} | dict(wanted.get(field.name, {}))
        after["tags"] = _existing(Tag, after["tags"])
        if before == after:
            continue
        guard_scope(actor, "tag", set(before["tags"]) ^ set(after["tags"]))
        field.description = after["description"]
        field.save(update_fields=["description"])
        field.tags.set(after["tags"])
        change |= {f"{field.name}.{name}": pair for name, pair in _shown(before, after).items()}
    return change


def _checked(name: str, value: Any) -> Any:
    if name == "description":
        return _description(value)
    if name == "certification":
        if value not in Dataset.Certification.values:
            raise InvalidInput("certification is certified, deprecated or empty.", errors={"certification": ["unknown"]})
        return value
    if name == "domain":
        if value is not None:
            _known(Domain, [value], "domain")
        return value
    return sorted(_known(SETS[name], value, name))


def _description(text: Any) -> str:
    if not isinstance(text, str) or len(text) > LONGEST_DESCRIPTION:
        raise InvalidInput(f"A description is a text of at most {LONGEST_DESCRIPTION:,} characters.", errors={"description": ["too long"]})
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _known(model: Any, ids: Collection[int], name: str) -> set[int]:
    wanted = set(ids)
    missing = wanted - set(_existing(model, wanted))
    if missing:
        raise InvalidInput(f"There is no {name.removesuffix('s').replace('_', ' ')} {min(missing)}.", errors={name: [f"unknown: {min(missing)}"]})
    return wanted


def _existing(model: Any, ids: Collection[int]) -> list[int]:
    model = model or get_user_model()
    return sorted(model.objects.filter(pk__in=list(ids)).values_list("pk", flat=True)) if ids else []


def _shown(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What differs; long texts are cut."""
    return {name: {"before": _cut(before[name], SHOWN), "after": _cut(after[name], SHOWN)} for name in after if before[name] != after[name]}


def _told(change: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """A change as a fact has it: a fact is at most 64 KB long, and the version holds all."""
    shown = list(change.items())[:TOLD]
    longest = max(40, 2 * SHOWN // max(len(shown), 1))
    return {side: {_cut(name, 60): _cut(pair[side], longest) for name, pair in shown} for side in ("before", "after")}


def _cut(value: Any, longest: int) -> Any:
    return f"{value[:longest]}…" if isinstance(value, str) and len(value) > longest else value
