"""Tokens: shown once, kept hashed, scoped, never wider than their maker, and ended at once."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from governance.core.access import SYSTEM
from governance.core.models import Event
from security.identity import services, tokens
from security.identity.models import Token
from tests.factories import actor_for, admin_client, api_client, make_source, make_user

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens/"


def bearer(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def made(client: Any, **values: Any) -> Any:
    return client.post(TOKENS, {"name": "ci", "scopes": ["read:teams"]} | values, content_type="application/json")


def status(secret: str) -> int:
    return int(bearer(secret).get(TOKENS).status_code)


def test_the_secret_is_in_the_answer_once_and_only_its_hash_is_kept() -> None:
    client = admin_client(make_user("viewer"))
    answer = made(client)
    secret = answer.json()["token"]
    assert answer.status_code == 201 and secret.startswith("gov_") and len(secret) >= 36
    row = Token.objects.get()
    assert bytes(row.digest) == hashlib.sha256(secret.encode()).digest() and row.prefix == secret[4:12]
    assert "token" not in client.get(TOKENS).json()["results"][0] and secret.encode() not in bytes(
        Event.objects.get(type="identity.token.created").body
    )


def test_scopes_bind_a_token_to_resources_and_verbs() -> None:
    reader = api_client(make_user(is_superuser=True), ["read:teams"])
    assert reader.get("/api/v1/teams/").status_code == 200
    refused = reader.get("/api/v1/sources/")
    assert refused.status_code == 403 and refused.json()["scope"] == "read:sources"
    assert reader.post("/api/v1/teams/", {"name": "x"}, format="json").json()["scope"] == "write:teams"


@pytest.mark.parametrize("scope", ["read:nothing-of-ours", "delete:teams", "read", "", "**"])
def test_a_scope_that_fits_nothing_is_refused(scope: str) -> None:
    answer = made(admin_client(make_user("viewer")), scopes=[scope])
    assert answer.status_code == 400 and "scopes" in str(answer.json()["errors"])


def test_a_token_cannot_make_one_that_may_do_more_or_lives_longer() -> None:
    user = make_user("viewer")
    tomorrow = timezone.now() + timedelta(days=1)
    maker, secret = tokens.create_token(user, name="maker", scopes=["write:tokens", "read:*"], expires_at=tomorrow, actor=actor_for(user))
    client = bearer(secret)
    ask = {"name": "x", "expires_at": tomorrow.isoformat()}
    assert client.post(TOKENS, ask | {"scopes": ["*"]}, format="json").status_code == 403
    assert client.post(TOKENS, ask | {"scopes": ["write:sources"]}, format="json").status_code == 403
    assert client.post(TOKENS, {"name": "x", "scopes": ["read:teams"]}, format="json").status_code == 403
    assert client.post(TOKENS, ask | {"scopes": ["read:teams"]}, format="json").status_code == 201
    assert Token.objects.exclude(pk=maker.pk).get().scopes == ["read:teams"]


def test_a_revoked_token_ends_at_once() -> None:
    client = admin_client(make_user("viewer"))
    answer = made(client, scopes=["read:tokens"]).json()
    assert status(answer["token"]) == 200
    assert client.delete(f"{TOKENS}{answer['id']}/").json()["revoked"] is not None
    assert status(answer["token"]) == 401
    assert Event.objects.filter(type="identity.token.revoked", subject_id=answer["id"]).exists()


def test_another_process_forgets_a_revoked_token_within_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("viewer")
    token, secret = tokens.create_token(user, name="x", scopes=["*"], actor=actor_for(user))
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert tokens.identify(secret)
    Token.objects.filter(pk=token.pk).update(revoked=timezone.now())
    now[0] += 1.9
    assert tokens.identify(secret)
    now[0] += 0.2
    assert tokens.identify(secret) is None


def test_the_tokens_of_a_deactivated_person_end_at_once() -> None:
    user = make_user("viewer")
    _, secret = tokens.create_token(user, name="x", scopes=["*"], actor=actor_for(user))
    assert status(secret) == 200
    services.deactivate_person(user, actor=SYSTEM)
    assert status(secret) == 401


def test_whoever_was_deactivated_elsewhere_sees_nothing_even_before_the_token_is_forgotten() -> None:
    user = make_user(is_superuser=True)
    source = make_source()
    _, secret = tokens.create_token(user, name="x", scopes=["*"], actor=actor_for(user))
    assert bearer(secret).get(f"/api/v1/sources/{source.pk}/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert bearer(secret).get(f"/api/v1/sources/{source.pk}/").status_code == 404


def test_a_token_expires_even_while_it_is_remembered() -> None:
    user = make_user("viewer")
    soon = timezone.now() + timedelta(milliseconds=150)
    _, secret = tokens.create_token(user, name="x", scopes=["*"], expires_at=soon, actor=actor_for(user))
    assert tokens.identify(secret)
    while timezone.now() < soon:
        pass
    assert tokens.identify(secret) is None


def test_last_use_is_written_at_most_once_a_minute(django_assert_num_queries: Any) -> None:
    user = make_user("viewer")
    token, secret = tokens.create_token(user, name="x", scopes=["*"], actor=actor_for(user))
    with django_assert_num_queries(2):
        tokens.identify(secret)
    tokens.forget()
    with django_assert_num_queries(1):
        tokens.identify(secret)
    with django_assert_num_queries(0):
        tokens.identify(secret)
    token.refresh_from_db()
    assert token.last_used is not None


def test_people_see_their_own_tokens_and_administrators_those_of_all() -> None:
    mine, yours, boss = make_user("viewer"), make_user("viewer"), make_user("administrator")
    for user in (mine, yours):
        made(admin_client(user))
    assert [one["user"] for one in admin_client(mine).get(TOKENS).json()["results"]] == [mine.pk]
    assert {one["user"] for one in admin_client(boss).get(TOKENS).json()["results"]} == {mine.pk, yours.pk}
    foreign = Token.objects.get(user=yours)
    assert admin_client(mine).delete(f"{TOKENS}{foreign.pk}/").status_code == 404
    assert admin_client(boss).delete(f"{TOKENS}{foreign.pk}/").status_code == 200


@pytest.mark.parametrize("header", ["Bearer gov_unknown", "Bearer ", "bearer nonsense", "Bearer gov_\udcff"])
def test_a_wrong_token_is_unauthenticated_even_with_a_session(header: str) -> None:
    client = Client()
    client.force_login(make_user("viewer"))
    answer = client.get(TOKENS, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"
