"""Keyset paging: forth and back, with nulls, ties and rows that come in between."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone

from security.identity.models import Token
from tests.factories import api_client, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return api_client(make_user("administrator"))


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def walk(client: Any, url: str | None, direction: str = "next") -> list[list[str]]:
    pages = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        pages.append(names(answer))
        url = answer.json()[direction]
    return pages


def test_pages_go_forth_and_back_over_the_same_rows(client: Any) -> None:
    for number in range(10):
        make_team(f"team {number:02}")
    first = client.get("/api/v1/teams/?limit=3").json()
    forth = walk(client, "/api/v1/teams/?limit=3")
    assert first["previous"] is None and [len(page) for page in forth] == [3, 3, 3, 1]
    last = client.get(client.get(client.get(first["next"]).json()["next"]).json()["next"]).json()
    back = walk(client, last["previous"], "previous")
    assert last["next"] is None and back == [forth[2], forth[1], forth[0]]


@pytest.mark.parametrize("ordering", ["expires_at", "-expires_at"])
def test_nulls_come_last_both_ways_and_nothing_is_lost_or_shown_twice(client: Any, ordering: str) -> None:
    user = make_user()
    now = timezone.now()
    when = [None, now + timedelta(days=1), None, now + timedelta(days=2), now + timedelta(days=1), None, None]
    for number, one in enumerate(when):
        Token.objects.create(user=user, name=f"t{number}", prefix="gov_x", digest=bytes([number]) * 32, expires_at=one)
    url = f"/api/v1/tokens/?limit=2&user={user.pk}&ordering={ordering}"
    forth = walk(client, url)
    shown = [name for page in forth for name in page]
    assert len(shown) == 7 and set(shown[3:]) == {"t0", "t2", "t5", "t6"}
    assert shown[:3] == (["t1", "t4", "t3"] if ordering == "expires_at" else ["t3", "t4", "t1"])
    second = client.get(client.get(url).json()["next"]).json()
    third = client.get(second["next"]).json()
    assert names(client.get(third["previous"])) == forth[1] and names(client.get(second["previous"])) == forth[0]


def test_rows_that_come_in_between_neither_shift_nor_repeat_the_next_page(client: Any) -> None:
    for name in ("b", "d", "f", "h"):
        make_team(name)
    first = client.get("/api/v1/teams/?limit=2").json()
    make_team("a")
    make_team("e")
    assert names(client.get(first["next"])) == ["e", "f"]


def test_equal_values_are_told_apart_by_the_id(client: Any) -> None:
    user = make_user()
    for number in range(5):
        Token.objects.create(user=user, name="same", prefix="gov_x", digest=bytes([number]) * 32)
    url: str | None = f"/api/v1/tokens/?limit=2&user={user.pk}&ordering=name"
    ids: list[int] = []
    while url:
        answer = client.get(url).json()
        ids += [row["id"] for row in answer["results"]]
        url = answer["next"]
    assert ids == sorted(ids) and len(set(ids)) == 5


def test_a_cursor_keeps_filters_and_belongs_to_its_ordering(client: Any) -> None:
    for number in range(5):
        make_team(f"risk {number}")
        make_team(f"sales {number}")
    answer = client.get("/api/v1/teams/?limit=3&search=risk").json()
    assert all(name.startswith("risk") for name in names(client.get(answer["next"])))
    assert client.get(answer["next"] + "&ordering=created").status_code == 400


@pytest.mark.parametrize(
    ("kind", "value", "pk"),
    [("", "a", "b"), ("", "a\x00", 1), ("", "a", "\x00"), ("t", 5, 1), ("t", "0001-01-01T00:00:00+23:59", 1), ("", [], 1), ("", "a", 1.5)],
)
def test_a_cursor_that_somebody_made_up_is_refused(client: Any, kind: str, value: Any, pk: Any) -> None:
    packed = orjson.dumps([0, "name", 0, kind, value, pk])
    answer = client.get("/api/v1/teams/", {"cursor": base64.urlsafe_b64encode(packed).decode(), "ordering": "name"})
    assert answer.status_code == 400 and answer.json()["errors"] == {"cursor": ["unknown"]}


def test_a_cursor_with_a_text_for_a_number_is_refused(client: Any) -> None:
    packed = orjson.dumps([0, "rows", 0, "", "many", 1])
    answer = client.get("/api/v1/datasets/", {"cursor": base64.urlsafe_b64encode(packed).decode(), "ordering": "rows"})
    assert answer.status_code == 400 and answer.json()["errors"] == {"cursor": ["unknown"]}
