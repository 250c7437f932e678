"""Every address × role × scope: whoever holds a role within one source learns nothing of another, and changes nothing there.

Addresses come from the URL resolver: a new one is asked by itself, and one that cannot be asked fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from alerts.models import Alert, Notification
from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.scans.models import ScanRun, Schedule
from governance.sources.models import Source
from security.access.holdings import ROLES
from security.access.models import Grant
from tests.factories import admin_client, api_client, make_user
from tests.security.matrix import HIDDEN, SHOWN, Address, Side, addresses, is_scoped, make_side, state_of

pytestmark = pytest.mark.django_db
SCOPES: list[type[Any]] = [Source, Dataset, Domain, Tag]
MISSING = 10**9
ABOUT_ONESELF = ("admin/login/", "admin/logout/", "admin/password_change/", "admin/(?P<url>")


@pytest.fixture
def sides(settings: Any) -> tuple[Side, Side]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_side(SHOWN), make_side(HIDDEN)


def quiet(client: Any) -> Any:
    """A client that answers 500 where a view fails, so that every failing address is named."""
    client.raise_request_exception = False
    return client


def says(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def tells(answer: Any, side: Side) -> bool:
    return f"{side.word}orders" in says(answer)


def queries(hidden: Side) -> list[dict[str, Any]]:
    """Ways to ask for what is hidden; a filter that an address does not know is answered with 400."""
    return [
        {},
        {"search": HIDDEN},
        {"q": HIDDEN},
        {"source": hidden[Source].pk},
        {"dataset": hidden[Dataset].pk},
        {"subject_type": "dataset", "subject_id": hidden[Dataset].pk},
        {"scope": "dataset", "scope_id": hidden[Dataset].pk},
        {"app_label": "identity", "model_name": "team", "field_name": "members", "term": HIDDEN},
    ]


def values(hidden: Side) -> dict[str, Any]:
    """What a writing request says by the names that addresses know."""
    one = {
        "source": hidden[Source].pk, "dataset": hidden[Dataset].pk, "field": hidden[Field].pk, "scope": "source", "scope_id": hidden[Source].pk,
        "datasets": [hidden[Dataset].pk], "fields": [hidden[Field].pk], "ids": [hidden[Dataset].pk, hidden[Field].pk], "into": hidden[Tag].pk,
        "domain": hidden[Domain].pk, "tags": [hidden[Tag].pk], "add_tags": [hidden[Tag].pk], "verdict": "reject", "decisions": [
            {"field": hidden[Field].pk, "verdict": "reject"}], "role": "viewer", "everyone": True, "every": "daily", "hours": 1, "name": "x", "reason": "x",
        "description": "changed", "version": 1, "number": 1, "csv": f"dataset,description\n{hidden[Dataset].key},changed\n", "kind": "sqlite",
        "config": {"path": "/data/other.db"}, "text": "x", "scopes": ["*"], "matchers": {"dataset": "*"}, "ends": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    return one


def known_names(answer: Any) -> list[str]:
    """The names that a body may have, as an address tells them to whoever sends a wrong one."""
    if answer.status_code != 400 or "json" not in answer.headers["Content-Type"]:
        return []
    said = (answer.json().get("errors") or {}).get("zz", [""])
    return said[0].partition("known are ")[2].split(", ") if said else []


def write(client: Any, method: str, url: str, hidden: Side) -> Any:
    send = getattr(client, method)
    first = send(url, {"zz": 1}, format="json")
    names = known_names(first)
    return send(url, {name: values(hidden)[name] for name in names if name in values(hidden)}, format="json") if names else first


def arguments(address: Address, hidden: Side, pk: int | None = None) -> dict[str, Any]:
    row = hidden.rows.get(address.model) if address.model is not None else None
    pk = pk if pk is not None else row.pk if row is not None else MISSING
    return {
        "pk": pk, "object_id": pk, "other": pk, "number": 1, "content_type_id": 1, "app_label": "catalog", "notification": hidden[Notification].pk,
    }  # fmt: skip


def ask_api(address: Address, client: Any, hidden: Side, shown: Side) -> Iterator[str]:
    """What is wrong with the answers of one address."""
    for method in address.actions:
        where = f"{method} {address.route}"
        url = address.url(**arguments(address, hidden))
        if not address.parameters:
            asked = [client.get(url, query) for query in queries(hidden)] if method == "get" else [write(client, method, url, hidden)]
            yield from (f"{where}: {answer.status_code} {says(answer)[:300]}" for answer in asked if is_no_address(answer))
        else:
            nowhere = address.url(**arguments(address, hidden, MISSING))
            there, missing = (client.get(one) if method == "get" else write(client, method, one, hidden) for one in (url, nowhere))
            asked = [there]
            if is_scoped(address.model) and not there.status_code == missing.status_code in (400, 403, 404):
                yield f"{where}: {there.status_code} there, {missing.status_code} where nothing is: {says(there)[:300]}"
            if is_no_address(there):
                yield f"{where}: {there.status_code}, so the matrix cannot call it"
        if method == "get" and "other" in address.parameters:
            mixed = client.get(address.url(**arguments(address, shown) | {"other": arguments(address, hidden)["pk"]}))
            asked.append(mixed)
            if mixed.status_code not in (400, 403, 404):
                yield f"{where}: {mixed.status_code} for one's own beside what is hidden: {says(mixed)[:300]}"
        yield from wrong(where, asked, hidden)


def ask_admin(address: Address, client: Any, hidden: Side, ways: list[dict[str, Any]]) -> Iterator[str]:
    url = address.url(**arguments(address, hidden))
    asked = [client.get(url, query) for query in (ways if not address.parameters else [{}])]
    form = values(hidden) | {"chosen": [hidden[model].pk for model in (Dataset, Field, Alert)], "do": "resolve", "action": "delete_selected"}
    flat = {
        name: value for name, value in form.items() if isinstance(value, str | int) or (isinstance(value, list) and not isinstance(value[0], dict))
    }
    asked += [client.post(url, flat), client.post(url, flat | {"do": "ack", "domain": "", "post": "yes"})]
    yield from wrong(address.route, asked, hidden)


def is_no_address(answer: Any) -> bool:
    return answer.status_code == 405 or (answer.status_code == 404 and "problem" not in answer.headers["Content-Type"])


def wrong(where: str, answers: list[Any], hidden: Side) -> Iterator[str]:
    for answer in answers:
        asked = f"{where}?{answer.request['QUERY_STRING']}"
        if answer.status_code >= 500 and "problem" not in answer.headers["Content-Type"]:
            yield f"{asked}: {answer.status_code} {getattr(answer, 'exc_info', '')}"
        elif tells(answer, hidden):
            yield f"{asked}: tells {say_around(answer, hidden)}"


def say_around(answer: Any, side: Side) -> str:
    text = says(answer) if not answer.streaming else ""
    at = text.find(f"{side.word}orders")
    return text[max(0, at - 300) : at + 200]


@pytest.mark.parametrize(("role", "scope"), [(role, scope) for role, scope in product(ROLES, SCOPES)])
def test_no_rest_address_tells_or_changes_anything_outside_the_scope(sides: tuple[Side, Side], role: str, scope: type[Any]) -> None:
    shown, hidden = sides
    client = quiet(api_client(make_user(role, shown[scope], ceiling="restricted")))
    before = state_of(hidden)
    problems = [problem for address in addresses("api/v1/") for problem in ask_api(address, client, hidden, shown)]
    assert not problems, "\n".join(problems)
    assert state_of(hidden) == before


@pytest.mark.parametrize(
    ("role", "scope"), [("viewer", Source), ("steward", Domain), ("engineer", Source), ("auditor", Tag), ("administrator", Dataset)]
)
def test_no_admin_page_tells_or_changes_anything_outside_the_scope(sides: tuple[Side, Side], role: str, scope: type[Any]) -> None:
    shown, hidden = sides
    client = quiet(admin_client(make_user(role, shown[scope], ceiling="restricted")))
    before = state_of(hidden)
    asked = [address for address in addresses("admin/") if not address.route.startswith(ABOUT_ONESELF)]
    # Pages are slow to make: the other roles ask in the plain way and by search only.
    ways = queries(hidden) if role == "viewer" else [{}, {"q": HIDDEN}]
    problems = [problem for address in asked for problem in ask_admin(address, client, hidden, ways)]
    assert not problems, "\n".join(problems)
    assert state_of(hidden) == before


@pytest.mark.parametrize("role", ROLES)
def test_a_denied_source_is_hidden_from_roles_on_the_whole_portal(sides: tuple[Side, Side], role: str) -> None:
    shown, hidden = sides
    user = make_user(role, ceiling="restricted")
    Grant.objects.create(user=user, role="viewer", effect="deny", scope="source", scope_id=hidden[Source].pk)
    client = quiet(api_client(user))
    before = state_of(hidden)
    inside = (Source, Dataset, Field, ScanRun, Schedule, Alert)
    problems = [problem for address in addresses("api/v1/") if address.model in inside for problem in ask_api(address, client, hidden, shown)]
    assert not problems, "\n".join(problems)
    assert state_of(hidden) == before


def test_nobody_without_a_session_or_token_gets_anything(sides: tuple[Side, Side]) -> None:
    _, hidden = sides
    client, before = quiet(APIClient()), state_of(hidden)
    for address in addresses("api/v1/"):
        for method in address.actions:
            answer = getattr(client, method)(address.url(**arguments(address, hidden)))
            assert answer.status_code == 401 and answer.headers["Content-Type"] == "application/problem+json", (method, address.route)
    for address in addresses("admin/"):
        if not address.route.startswith(ABOUT_ONESELF):
            answer = client.get(address.url(**arguments(address, hidden)))
            assert answer.status_code in (302, 401, 403, 404, 405) and not tells(answer, hidden), (address.route, answer.status_code)
    assert state_of(hidden) == before


def test_without_any_grant_nothing_is_listed_anywhere(sides: tuple[Side, Side]) -> None:
    shown, hidden = sides
    user = make_user()
    api, admin = quiet(api_client(user)), quiet(admin_client(user))
    for address in addresses("api/v1/"):
        if "get" in address.actions and not address.parameters:
            answer = api.get(address.url())
            assert not tells(answer, shown) and not tells(answer, hidden), address.route
            rows = (
                answer.json().get("results", []) if answer.headers["Content-Type"] == "application/json" and isinstance(answer.json(), dict) else []
            )
            if address.model not in (User, None) and rows:
                assert {row.get("user") for row in rows} == {user.pk}, (address.route, rows)
    for address in addresses("admin/"):
        if not address.parameters and not address.route.startswith(ABOUT_ONESELF):
            answer = admin.get(address.url())
            assert answer.status_code < 500 and not tells(answer, shown) and not tells(answer, hidden), address.route


def test_the_matrix_would_see_a_leak(sides: tuple[Side, Side]) -> None:
    """Whoever may see everything gets both names from every list and detail that is scoped, so the names above are missing because of the gate."""
    client = api_client(make_user(is_superuser=True))
    silent = []
    for address in addresses("api/v1/"):
        if is_scoped(address.model) and address.actions.get("get") in ("list", "retrieve"):
            for side in sides:
                answer = client.get(address.url(**arguments(address, side)))
                if not tells(answer, side) and address.model is not Grant:
                    silent.append((address.route, side.word))
    assert not silent


@pytest.mark.parametrize("scope", SCOPES)
def test_what_is_within_the_scope_is_shown(sides: tuple[Side, Side], scope: type[Any]) -> None:
    shown, _ = sides
    client = api_client(make_user("viewer", shown[scope]))
    for name, row in {"datasets": shown[Dataset], "fields": shown[Field], "alerts": shown[Alert], "events": None}.items():
        assert tells(client.get(f"/api/v1/{name}/"), shown), name
        assert row is None or client.get(f"/api/v1/{name}/{row.pk}/").status_code == 200


def test_every_model_screen_of_the_admin_is_in_the_matrix() -> None:
    routes = {address.route for address in addresses("admin/")}
    for model in site._registry:
        assert f"admin/{model._meta.app_label}/{model._meta.model_name}/" in routes
