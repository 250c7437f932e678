"""Domains and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import IntegrityError, transaction

from governance.catalog.indexing import refresh
from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.catalog.services.scopes import guard_scope
from governance.core.access import Actor, may, require
from governance.core.errors import Conflict, InvalidInput
from governance.core.events import record

LONGEST_NAME = 100
Thing = TypeVar("Thing", Domain, Tag)


def create_domain(*, name: str, description: str = "", parent: Domain | None = None, actor: Actor) -> Domain:
    require(actor, "edit")
    one = Domain(name=_name(name), description=_text(description), parent=parent)
    return _create(one, "domain", actor)


@transaction.atomic
def update_domain(
    domain: Domain, *, name: str | None = None, description: str | None = None, parent: Domain | None = None, is_top: bool = False, actor: Actor
) -> Domain:
    """Change a domain; `is_top` takes it out of its parent."""
    require(actor, "edit", domain)
    before = domain.parent_id
    if parent is not None:
        # All of them are held, so that two moves at once cannot close a circle.
        parents = dict(Domain.objects.order_by("pk").select_for_update().values_list("pk", "parent_id"))
        above: int | None = parent.pk
        while above is not None:
            if above == domain.pk:
                raise InvalidInput("A domain cannot stand below itself.", errors={"parent": ["a circle"]})
            above = parents.get(above)
        domain.parent = parent
    elif is_top:
        domain.parent = None
    if domain.parent_id != before:
        # Grants on a domain cover those below it: a move gives access, or takes it.
        guard_scope(actor, "domain", [one for one in (before, domain.parent_id) if one is not None])
    return _update(domain, "domain", name, description, actor)


def create_tag(*, name: str, description: str = "", actor: Actor) -> Tag:
    require(actor, "edit")
    return _create(Tag(name=_tag_name(name), description=_text(description)), "tag", actor)


def update_tag(tag: Tag, *, name: str | None = None, description: str | None = None, actor: Actor) -> Tag:
    require(actor, "edit", tag)
    return _update(tag, "tag", name if name is None else _tag_name(name), description, actor)


@transaction.atomic
def delete_domain(domain: Domain, *, actor: Actor) -> None:
    """Its datasets then belong to no domain."""
    require(actor, "edit", domain)
    guard_scope(actor, "domain", [domain.pk])
    if domain.children.exists():
        raise Conflict(f"Other domains stand below {domain}. Move or delete them first.")
    touched = list(Dataset.objects.filter(domain=domain).values_list("pk", flat=True))
    record("catalog.domain.deleted", domain, actor=actor, severity="warning")
    domain.delete()
    refresh(touched, [])


@transaction.atomic
def delete_tag(tag: Tag, *, actor: Actor) -> None:
    require(actor, "edit", tag)
    guard_scope(actor, "tag", [tag.pk])
    datasets, fields = _tagged(tag)
    record("catalog.tag.deleted", tag, actor=actor, severity="warning")
    tag.delete()
    _refresh(datasets, fields)


@transaction.atomic
def merge_tags(tag: Tag, *, into: Tag, actor: Actor) -> Tag:
    """Everything with `tag` gets `into` instead, and `tag` is no more."""
    require(actor, "edit", tag)
    require(actor, "edit", into)
    if tag.pk == into.pk:
        raise InvalidInput("A tag cannot be merged into itself.", errors={"into": ["the same tag"]})
    guard_scope(actor, "tag", [tag.pk, into.pk])
    datasets, fields = _tagged(tag)
    of_datasets, of_fields = Dataset.tags.through, Field.tags.through
    of_datasets.objects.bulk_create([of_datasets(dataset_id=pk, tag_id=into.pk) for pk in datasets], ignore_conflicts=True)
    of_fields.objects.bulk_create([of_fields(field_id=pk, tag_id=into.pk) for pk in fields], ignore_conflicts=True)
    record("catalog.tag.merged", tag, actor=actor, into=into.pk, name=into.name, uses=len(datasets) + len(fields))
    tag.delete()
    _refresh(datasets, fields)
    return into


@transaction.atomic
def tags_named(names: Sequence[str], *, actor: Actor) -> list[Tag]:
    """The tags of these names, letter case apart; missing ones are made when the actor may."""
    found: list[Tag] = []
    for name in dict.fromkeys(names):
        tag = Tag.objects.filter(name__iexact=_name(name)).first()
        if tag is None:
            if not may(actor, "edit"):
                raise InvalidInput(f"There is no tag {name[:50]!r}, and you may not make new ones. Choose a known one.", errors={"tags": ["unknown"]})
            tag = create_tag(name=name, actor=actor)
        found.append(tag)
    return found


def _create(one: Thing, kind: str, actor: Actor) -> Thing:
    try:
        with transaction.atomic():
            one.save(force_insert=True)
            record(f"catalog.{kind}.created", one, actor=actor)
    except IntegrityError:
        raise Conflict(f"There is a {kind} called {one.name} already. Choose another name.") from None
    return one


@transaction.atomic
def _update(one: Thing, kind: str, name: str | None, description: str | None, actor: Actor) -> Thing:
    before = type(one)._default_manager.filter(pk=one.pk).values("name", "description").get()
    one.name = _name(name) if name is not None else one.name
    one.description = _text(description) if description is not None else one.description
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError:
        raise Conflict(f"There is a {kind} called {one.name} already. Choose another name.") from None
    after = {"name": one.name, "description": one.description}
    record(f"catalog.{kind}.updated", one, actor=actor, change={"before": before, "after": after})
    if before["name"] != one.name:
        if isinstance(one, Tag):
            _refresh(*_tagged(one))
        else:
            refresh(list(Dataset.objects.filter(domain=one).values_list("pk", flat=True)), [])
    return one


def _tagged(tag: Tag) -> tuple[list[int], list[int]]:
    return list(tag.datasets.values_list("pk", flat=True)), list(tag.fields.values_list("pk", flat=True))


def _refresh(datasets: Sequence[int], fields: Sequence[int]) -> None:
    of_fields = Field.objects.filter(pk__in=fields).values_list("dataset_id", flat=True)
    refresh({*datasets, *of_fields}, fields)


def _name(name: str) -> str:
    text = " ".join(name.replace("\x00", "").split())
    if not 0 < len(text) <= LONGEST_NAME:
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.", errors={"name": ["empty or too long"]})
    return text


def _tag_name(name: str) -> str:
    if ";" in name:
        raise InvalidInput("A tag's name holds no semicolon: lists of tags are written with it.", errors={"name": ["no semicolon"]})
    return _name(name)


def _text(text: str) -> str:
    if len(text) > 5_000:
        raise InvalidInput("A description has at most 5,000 characters.", errors={"description": ["too long"]})
    return text.replace("\x00", "").strip()
