"""An Idempotency-Key: a POST that is sent twice is done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from governance.core import periodic
from governance.core.models import KeptAnswer
from governance.core.tasks import forget_answers
from security.identity import services
from security.identity.models import Team, Token
from tests.factories import api_client, make_user

TEAMS = "/api/v1/teams/"


def post(client: Any, name: str = "Risk", key: str = "k1") -> Any:
    return client.post(TEAMS, {"name": name}, format="json", headers={"Idempotency-Key": key})


@pytest.mark.django_db
def test_the_second_answer_is_the_first_one() -> None:
    client = api_client(make_user("administrator"))
    first, second = post(client), post(client)
    assert (first.status_code, second.status_code) == (201, 201) and first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true" and Team.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_body_is_an_error() -> None:
    client = api_client(make_user("administrator"))
    post(client)
    assert post(client, "Sales").status_code == 400 and Team.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_two_callers_have_nothing_to_do_with_each_other() -> None:
    assert post(api_client(make_user("administrator"))).status_code == 201
    assert post(api_client(make_user("administrator")), "Sales").status_code == 201


@pytest.mark.django_db
def test_a_refused_request_is_answered_the_same() -> None:
    client = api_client(make_user("administrator"))
    assert [post(client, "").status_code for _ in range(2)] == [400, 400] and KeptAnswer.objects.get().status == 400


@pytest.mark.django_db
def test_a_request_that_failed_by_our_fault_may_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = api_client(make_user("administrator"))
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(services, "create_team", lambda **values: 1 // 0)
        assert post(client).status_code == 500
    assert post(client).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_of_the_wrong_length_is_refused(key: str) -> None:
    assert post(api_client(make_user("administrator")), key=key).status_code == 400


@pytest.mark.django_db
def test_a_kept_answer_never_holds_a_secret() -> None:
    user = make_user("viewer")
    client = api_client(user)
    ask = {"name": "ci", "scopes": ["read:teams"]}
    first = client.post("/api/v1/tokens/", ask, format="json", headers={"Idempotency-Key": "t"})
    secret = first.json()["token"]
    assert secret.encode() not in b"".join(bytes(one.body or b"") for one in KeptAnswer.objects.all())
    second = client.post("/api/v1/tokens/", ask, format="json", headers={"Idempotency-Key": "t"})
    assert second.json() == first.json() | {"token": None} and Token.objects.filter(name="ci").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_requests_at_once_one_is_done() -> None:
    user = make_user("administrator")
    headers: dict[str, str] = api_client(user).__dict__["_credentials"]

    def one(_: int) -> int:
        try:
            client = APIClient()
            client.credentials(**headers)
            return int(post(client).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(10)))
    assert Team.objects.count() == 1 and set(answers) <= {201, 409} and 201 in answers


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day() -> None:
    client = api_client(make_user("administrator"))
    post(client, "Risk", "old"), post(client, "Sales", "new")
    KeptAnswer.objects.filter(key="old").update(created=timezone.now() - timedelta(days=2))
    forget_answers()
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["new"]
    assert any(one.task == forget_answers.name for one in periodic.tasks())
