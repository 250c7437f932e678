"""Who a websocket belongs to: a session that holds, or a token with the scope `read:live`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from governance.core.access import ANONYMOUS
from security.identity import tokens
from security.identity.models import Token
from security.identity.sockets import authenticate
from tests.factories import actor_for, admin_client, make_user

pytestmark = pytest.mark.django_db


def scope(cookie: str = "", query: str = "") -> dict[str, Any]:
    cookies = {settings.SESSION_COOKIE_NAME: cookie} if cookie else {}
    return {"type": "websocket", "client": ["203.0.113.7", 5000], "cookies": cookies, "query_string": query.encode()}


def session_of(user: User) -> str:
    return str(admin_client(user).cookies[settings.SESSION_COOKIE_NAME].value)


def test_a_session_is_its_person() -> None:
    user = make_user()
    actor = authenticate(scope(session_of(user)))
    assert (actor.kind, actor.id, actor.name, actor.address) == ("person", user.pk, user.username, "203.0.113.7")


@pytest.mark.parametrize("cookie", ["", "x", "a" * 32, "\x00", "../../etc/passwd"])
def test_no_session_or_a_made_up_one_is_nobody(cookie: str) -> None:
    assert authenticate(scope(cookie)) == ANONYMOUS


def test_a_session_ends_with_the_account_and_with_a_new_password() -> None:
    user = make_user()
    cookie = session_of(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert authenticate(scope(cookie)) == ANONYMOUS
    User.objects.filter(pk=user.pk).update(is_active=True)
    cookie = session_of(User.objects.get(pk=user.pk))
    user.set_password("another-long-password")
    user.save()
    assert authenticate(scope(cookie)) == ANONYMOUS


def test_a_token_needs_the_scope_of_live_data() -> None:
    user = make_user()
    for scopes, is_known in ((["*"], True), (["read:*"], True), (["read:live"], True), (["read:people"], False), (["write:live"], False)):
        _, secret = tokens.create_token(user, name="x", scopes=scopes, actor=actor_for(user))
        actor = authenticate(scope(query=f"token={secret}"))
        assert actor.is_known is is_known and actor.id == (user.pk if is_known else None)


def test_a_wrong_token_is_nobody_even_with_a_session() -> None:
    assert authenticate(scope(session_of(make_user()), "token=gov_unknown")) == ANONYMOUS


def test_an_expired_or_revoked_token_is_nobody() -> None:
    user = make_user()
    for column in ("expires_at", "revoked"):
        token, secret = tokens.create_token(user, name="x", scopes=["*"], actor=actor_for(user))
        Token.objects.filter(pk=token.pk).update(**{column: timezone.now() - timedelta(seconds=1)})
        assert authenticate(scope(query=f"token={secret}")) == ANONYMOUS
