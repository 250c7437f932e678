"""Plain functions that make what tests need: real rows through the real services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from governance.catalog import services as catalog
from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.core.access import SYSTEM, Actor
from governance.sources.connectors.base import DatasetInfo, FieldInfo
from governance.sources.models import Source
from intelligence.classification import Evidence, Verdict
from intelligence.classification.families import GENERIC
from security.access.models import Grant
from security.identity.models import Team
from security.identity.tokens import create_token

numbers = count(1)


def make_source(name: str = "", kind: str = "sqlite", **values: Any) -> Source:
    """A source row; nothing connects to it."""
    config = values.pop("config", {"path": "/data/shop.db"} if kind == "sqlite" else {})
    return Source.objects.create(name=name or f"source {next(numbers)}", kind=kind, config=config, **values)


def dataset_info(name: str, fields: Sequence[str | FieldInfo] = ("id", "email"), path: tuple[str, ...] = ("main",), **values: Any) -> DatasetInfo:
    """A listing's entry; fields by name are texts."""
    infos = tuple(one if isinstance(one, FieldInfo) else FieldInfo(one, "text", "text", at) for at, one in enumerate(fields, 1))
    return DatasetInfo(**{"key": ".".join((*path, name)), "path": path, "name": name, "kind": "table", "fields": infos} | values)


def make_dataset(source: Source | None = None, name: str = "", fields: Sequence[str | FieldInfo] = ("id", "email"), **values: Any) -> Dataset:
    """A dataset as a scan registers it; `values` are curated columns (description, domain, …)."""
    info = dataset_info(name or f"table_{next(numbers)}", fields)
    dataset = catalog.register_structures(source or make_source(), [info], scan_id=1, actor=SYSTEM)[0].dataset
    if values:
        Dataset.objects.filter(pk=dataset.pk).update(**values)
    return Dataset.objects.get(pk=dataset.pk)


def make_field(dataset: Dataset | None = None, name: str = "email", family: str = "email", entity: str = "", score: float = 0.97) -> Field:
    """A field in which a scan has found something; `family` empty for nothing."""
    dataset = dataset or make_dataset(fields=("id", name))
    find(dataset, {name: verdict(family, entity, score) if family else nothing()})
    return Field.objects.select_related("dataset__source").get(dataset=dataset, name=name)


def find(dataset: Dataset, verdicts: Mapping[str, Verdict], scan_id: int = 1, profile: dict[str, Any] | None = None) -> list[catalog.Found]:
    """Record the findings of a scan."""
    fields = {name: catalog.FieldFindings({"nulls": 0, "distinct": 10}, one) for name, one in verdicts.items()}
    return catalog.record_findings(dataset, profile=profile or {"rows": 100, "size": 4096}, fields=fields, scan_id=scan_id, actor=SYSTEM)


def verdict(family: str = "email", entity: str = "", score: float = 0.97) -> Verdict:
    """A verdict with masked evidence."""
    entity = entity or GENERIC[family]
    evidence = [Evidence("regex", 97, 100, "97 of 100 distinct values look like it", 4.5)]
    return Verdict(entity, family, score, "97 of 100 distinct values look like it.", evidence, [], [(entity, score)], ["a•••@•••.com"], 100, 100)


def nothing() -> Verdict:
    return Verdict(None, None, 0.0, "Nothing sensitive was recognised.")


def make_user(role: str = "", scope: object = None, *, ceiling: str = "internal", effect: str = "allow", name: str = "", **values: Any) -> User:
    """Somebody with a grant of `role` on the whole portal, or on a source, dataset, domain or tag; without a role nobody special."""
    user: User = get_user_model().objects.create_user(username=name or f"person{next(numbers)}", is_staff=True, **values)
    if role:
        grant(user, role, scope, ceiling=ceiling, effect=effect)
    return user


def grant(user: User, role: str, scope: object = None, *, ceiling: str = "internal", effect: str = "allow") -> Grant:
    kinds = {Source: "source", Dataset: "dataset", Domain: "domain", Tag: "tag"}
    kind = kinds[type(scope)] if scope is not None else "portal"  # type: ignore[index]
    return Grant.objects.create(user=user, role=role, scope=kind, scope_id=getattr(scope, "pk", None), ceiling=ceiling, effect=effect)


def make_team(name: str = "", members: Sequence[User] = ()) -> Team:
    team = Team.objects.create(name=name or f"team {next(numbers)}")
    team.members.set(members)
    return team


def actor_for(user: User) -> Actor:
    return Actor("person", user.pk, user.get_username())


def api_client(user: User, scopes: Sequence[str] = ("*",)) -> APIClient:
    """A client of the REST API with a fresh token of that user."""
    _, secret = create_token(user, name=f"test {next(numbers)}", scopes=scopes, actor=actor_for(user))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def admin_client(user: User) -> Client:
    """A browser's session of that user, in the admin."""
    client = Client()
    client.force_login(user, backend="security.identity.backends.LimitedBackend")
    return client
