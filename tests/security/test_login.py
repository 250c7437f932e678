"""Signing in through the real page: the counter in front of the passwords, the lock, and the facts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from governance.core.cache import redis_client
from governance.core.models import Event, EventPerson
from governance.env import env
from security.identity import limits
from tests.factories import make_user

PASSWORD = "a-long-enough-password"  # noqa: S105
LOGIN = "/admin/login/"


class Counting(PBKDF2PasswordHasher):
    """The real hasher, counting how often it has to work."""

    iterations = 1_000
    count = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        Counting.count += 1
        return super().encode(password, salt, iterations)


@pytest.fixture(autouse=True)
def counted(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    for key in redis_client().scan_iter("{login}*"):
        redis_client().delete(key)
    yield
    for key in redis_client().scan_iter("{login}*"):
        redis_client().delete(key)


def person(name: str = "ada") -> User:
    user = make_user(name=name)
    user.set_password(PASSWORD)
    user.save()
    Counting.count = 0
    return user


def attempt(name: str, password: str = "wrong", address: str = "203.0.113.7") -> Any:  # noqa: S107
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": name, "password": password})


def facts(type: str) -> list[Event]:
    return list(Event.objects.filter(type=type).order_by("id"))


@pytest.mark.django_db(transaction=True)
def test_of_thirty_wrong_logins_at_once_only_the_limit_reaches_the_password() -> None:
    person()

    def one(_: int) -> int:
        try:
            return int(attempt("ada").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(one, range(30)))
    assert Counting.count == env.login_limit
    # Those that were let through are told of the lock at once when axes has counted enough of them.
    assert set(answers) <= {200, 429} and answers.count(200) <= env.login_limit
    assert len(facts("security.login.failed")) == env.login_limit and len(facts("security.login.locked")) == 1


@pytest.mark.django_db
def test_the_lock_says_when_to_try_again_and_holds_for_the_right_password_too() -> None:
    person()
    assert [attempt("ada").status_code for _ in range(env.login_limit)] == [200] * (env.login_limit - 1) + [429]
    refused = attempt("ada", PASSWORD)
    assert refused.status_code == 429 and "Try again in 15 minutes, at" in refused.content.decode()
    assert 0 < int(refused.headers["Retry-After"]) <= env.login_window


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["ADA", " ada ", "ａda"])
def test_another_spelling_or_address_is_the_same_name(spelling: str) -> None:
    person()
    for number in range(env.login_limit):
        attempt("ada", address=f"198.51.100.{number}")
    assert attempt(spelling, address="192.0.2.1").status_code == 429


@pytest.mark.django_db
def test_one_address_cannot_try_many_names() -> None:
    answers = [attempt(f"name{number}").status_code for number in range(env.login_limit * limits.ADDRESS_FACTOR + 3)]
    assert answers.count(200) == env.login_limit * limits.ADDRESS_FACTOR and answers[-3:] == [429, 429, 429]
    assert attempt("name0", address="192.0.2.9").status_code == 200


@pytest.mark.django_db
def test_addresses_of_one_ipv6_network_count_as_one() -> None:
    answers = [attempt(f"name{number}", address=f"2001:db8::{number:x}").status_code for number in range(env.login_limit * limits.ADDRESS_FACTOR + 1)]
    assert answers[-2:] == [200, 429] and attempt("name0", address="2001:db8:0:1::1").status_code == 200


@pytest.mark.django_db
def test_a_success_forgets_the_name_but_frees_no_address() -> None:
    person()
    for number in range(12):
        attempt(f"somebody{number}")
    for _ in range(env.login_limit - 1):
        attempt("ada")
    assert attempt("ada", PASSWORD).status_code == 302
    assert [attempt("ada").status_code for _ in range(4)] == [200] * 4
    assert attempt("nobody").status_code == 429


@pytest.mark.django_db
def test_an_unknown_name_costs_the_same_hash_as_a_known_one() -> None:
    person()
    attempt("ada")
    known = Counting.count
    attempt("nobody-of-that-name")
    assert known == 1 and Counting.count == 2


@pytest.mark.django_db
def test_what_axes_recorded_still_locks_when_the_counter_was_lost() -> None:
    person()
    for _ in range(env.login_limit):
        attempt("ada")
    for key in redis_client().scan_iter("{login}*"):
        redis_client().delete(key)
    Counting.count = 0
    assert attempt("ada", PASSWORD).status_code == 429 and Counting.count == 0


@pytest.mark.django_db
def test_nobody_signs_in_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    person()
    away = redis.Redis(unix_socket_path="/nowhere/valkey.sock")
    monkeypatch.setattr(limits, "redis_client", lambda: away)
    answer = attempt("ada", PASSWORD)
    assert answer.status_code == 503 and "try again in a minute" in answer.content.decode() and Counting.count == 0


@pytest.mark.django_db
def test_signing_in_and_out_are_facts_with_the_address_outside_the_body() -> None:
    user = person()
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.post(LOGIN, {"username": "ada", "password": PASSWORD})
    client.post("/admin/logout/")
    entered, left = facts("security.login.succeeded")[0], facts("security.logout.done")[0]
    assert (entered.actor_id, entered.subject_id, left.actor_id) == (user.pk, user.pk, user.pk)
    assert EventPerson.objects.get(event_id=entered.pk).data["address"] == "203.0.113.7" and b"203.0.113.7" not in bytes(entered.body)


@pytest.mark.django_db
def test_a_failed_login_is_a_fact_that_holds_no_password() -> None:
    user = person()
    attempt("ada", "hunter2-but-longer")
    fact = facts("security.login.failed")[0]
    assert fact.severity == "warning" and fact.subject_id == user.pk
    assert b"hunter2" not in bytes(fact.body)
    attempt("nobody")
    assert facts("security.login.failed")[1].subject_id is None


@pytest.mark.django_db
def test_the_password_page_changes_the_password_and_records_it() -> None:
    user = person()
    client = Client()
    client.post(LOGIN, {"username": "ada", "password": PASSWORD})
    new = {"old_password": PASSWORD, "new_password1": "another-long-password", "new_password2": "another-long-password"}
    assert client.post("/admin/password_change/", new).status_code == 302
    assert facts("identity.password.changed")[0].actor_id == user.pk
    assert attempt("ada", PASSWORD).status_code == 200 and attempt("ada", "another-long-password").status_code == 302


@pytest.mark.django_db
def test_inactive_people_cannot_sign_in() -> None:
    user = person()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert attempt("ada", PASSWORD).status_code == 200 and not facts("security.login.succeeded")
