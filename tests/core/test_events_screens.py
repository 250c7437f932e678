"""The audit log as a person reads it: filters in the address, paging, a fact's change and proof, exports, what was set aside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from governance.core.access import SYSTEM, Actor
from governance.core.events import declare, record, subscriber
from governance.core.events.loop import drain
from governance.core.events.sealer import seal
from governance.core.events.subscribers import _subscribers
from governance.core.events.verifying import verify
from governance.core.models import Event, EventPerson, SetAside
from governance.core.subjects import Subject
from tests.factories import admin_client, make_dataset, make_source, make_user

pytestmark = pytest.mark.django_db
LOG = "/admin/core/event/"
ADA = Actor("person", 10**6, "ada", address="203.0.113.7", request_id="req-12345678")
declare("tests.page.turned", title="A page was turned")


def turn(name: str = "page", severity: str = "info", actor: Actor = ADA, change: Any = None) -> Event:
    pk = record("tests.page.turned", Subject("page", 1, name), actor=actor, severity=severity, change=change).pk
    return Event.objects.get(pk=pk)


@pytest.fixture
def auditor() -> Client:
    return admin_client(make_user("auditor", name="auditor"))


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"{LOG}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_log_shows_who_did_what_on_what_and_when(auditor: Client) -> None:
    turn("orders <b>")
    seal()
    text = page(auditor)
    assert all(word in text for word in ("A page was turned", "orders &lt;b&gt;", "ada", "tests.page.turned", "#1"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?severity=error", {"two"}), ("?search=one", {"one"}), ("?who=grace", {"two"}), ("?type=tests.*", {"one", "two"}), ("?type=other.thing", set()),
     ("?subject_type=page&since=2000-01-01T00:00", {"one", "two"}), ("?until=2000-01-01T00:00", set()), ("?request_id=req-12345678", {"one"})]
)  # fmt: skip
def test_filters_stand_in_the_address(auditor: Client, query: str, shown: set[str]) -> None:
    grace = make_user(name="grace")
    turn("subject-one")
    turn("subject-two", "error", Actor("person", grace.pk, "grace"))
    text = page(auditor, query)
    assert {name for name in ("one", "two") if f"subject-{name}" in text.partition("<tbody>")[2]} == shown


@pytest.mark.parametrize("query", ["?since=yesterday", "?cursor=abc", "?severity=loud", "?limit=9999"])
def test_a_filter_that_cannot_be_read_says_so(auditor: Client, query: str) -> None:
    assert auditor.get(f"{LOG}{query}").status_code == 400


def test_paging_keeps_the_filter_and_comes_back(auditor: Client) -> None:
    for number in range(5):
        turn(f"name-{number}")
        turn("other", "error")
    first = auditor.get(f"{LOG}?severity=info&type=tests.*&limit=2")
    second = auditor.get(first.context["next_url"])
    assert [row["subject_name"] for row in first.context["rows"]] == ["name-4", "name-3"]
    assert [row["subject_name"] for row in second.context["rows"]] == ["name-2", "name-1"]
    assert [row["pk"] for row in auditor.get(second.context["previous_url"]).context["rows"]] == [row["pk"] for row in first.context["rows"]]


def test_a_row_opens_to_its_change_its_proof_and_its_cause(auditor: Client) -> None:
    event = turn("x", change={"before": {"owner": "ada"}, "after": {"owner": "grace"}})
    seal()
    event.refresh_from_db()
    text = auditor.get(f"{LOG}{event.pk}/more/").content.decode()
    assert "<del>ada</del>" in text and "<ins>grace</ins>" in text and f"Sealed as #{event.sequence}" in text and bytes(event.leaf).hex() in text
    assert "203.0.113.7" in text and auditor.get(f"{LOG}{event.pk}/change/").status_code == 200


def test_a_fact_that_was_tampered_with_is_shown_as_such(auditor: Client) -> None:
    event = turn("honest")
    seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_event SET subject_name = 'forged' WHERE id = %s", [event.pk])
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER USER")
    event.refresh_from_db()
    assert verify(event).problems == ["The column subject_name says something else than the body."]
    assert "tampered with" in auditor.get(f"{LOG}{event.pk}/more/").content.decode()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("body", b"{}", "leaf is not the hash"), ("mac", b"x" * 32, "HMAC"), ("data", '{"a": 1}', "data"), ("actor_id", 9, "actor_id"), ("time", "2001-01-01T00:00:00Z", "time")],
)  # fmt: skip
def test_every_column_is_held_against_the_body(column: str, value: Any, said: str) -> None:
    event = turn()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE core_event SET {column} = %s", [value])
    event.refresh_from_db()
    assert any(said in problem for problem in verify(event).problems)


def test_a_sound_fact_verifies_also_after_its_personal_data_are_erased() -> None:
    event = turn()
    assert verify(event).is_sound and not verify(event).is_erased
    EventPerson.objects.filter(event_id=event.pk).update(data={"name": "eve", "address": "", "on_behalf_of": ""})
    assert verify(event).problems == ["The personal data are not those that were recorded."]
    EventPerson.objects.filter(event_id=event.pk).delete()
    assert verify(event).is_sound and verify(event).is_erased


def test_facts_of_a_source_are_read_by_its_viewers_without_addresses() -> None:
    dataset, other = make_dataset(name="mine"), make_dataset(name="theirs")
    event = Event.objects.get(pk=record("tests.page.turned", dataset, actor=ADA).pk)
    hidden = Event.objects.get(pk=record("tests.page.turned", other, actor=ADA).pk)
    client = admin_client(make_user("viewer", dataset.source))
    text = client.get(f"{LOG}{event.pk}/more/").content.decode()
    assert "ada" in text and "203.0.113.7" not in text
    assert client.get(f"{LOG}{hidden.pk}/more/").status_code == client.get(f"{LOG}{hidden.pk}/change/").status_code == 404


def test_a_log_without_anything_to_see_says_whom_to_ask() -> None:
    turn()
    assert "ask one for the role you need" in page(admin_client(make_user("viewer", make_source())))


def export(client: Client, kind: str, query: str = "") -> str:
    answer: Any = client.post(f"{LOG}export/{query}", {"format": kind})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def test_an_export_holds_what_is_filtered_and_is_a_fact_itself(auditor: Client) -> None:
    turn("=HYPERLINK(1);=1", "error")
    turn("quiet")
    rows = list(csv.DictReader(io.StringIO(export(auditor, "csv", "?severity=error"))))
    assert [row["subject_name"] for row in rows] == ["'=HYPERLINK(1);'=1"] and rows[0]["actor"] == "ada" and rows[0]["address"] == "203.0.113.7"
    fact = Event.objects.get(type="audit.events.exported")
    assert fact.data == {"format": "csv", "filters": "severity=error"}


def test_json_lines_carry_bodies_and_hashes(auditor: Client) -> None:
    event = turn("x\x00\ud800")
    lines = [json.loads(line) for line in export(auditor, "jsonl", "?subject_type=page").splitlines()]
    assert (
        [line["id"] for line in lines] == [event.pk]
        and lines[0]["body"].encode() == bytes(event.body)
        and lines[0]["leaf"] == bytes(event.leaf).hex()
    )


def test_an_export_shows_no_more_than_the_reader_may_see() -> None:
    dataset, other = make_dataset(name="mine"), make_dataset(name="theirs")
    client = admin_client(make_user("viewer", dataset.source))
    for kind in ("csv", "jsonl"):
        text = export(client, kind)
        assert "mine" in text and "theirs" not in text and other.source.name not in text
    assert client.post(f"{LOG}export/", {"format": "xml"}).status_code == 400 and client.get(f"{LOG}export/").status_code == 405


def test_nobody_can_add_change_or_delete_a_fact_in_the_admin() -> None:
    event = turn()
    boss = admin_client(make_user(is_superuser=True))
    assert boss.get(f"{LOG}add/").status_code == 403 and boss.post(f"{LOG}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    boss.post(f"{LOG}{event.pk}/change/", {"type": "other"})
    event.refresh_from_db()
    assert event.type == "tests.page.turned"


@pytest.fixture
def broken() -> Iterator[list[bool]]:
    """The one subscriber that is there; it fails while the list holds something."""
    kept, state = dict(_subscribers), [True]

    def handle(event: Event) -> None:
        if state:
            raise ValueError("not today")

    _subscribers.clear()
    subscriber("tests", "tests.*")(handle)
    yield state
    _subscribers.clear()
    _subscribers.update(kept)


def test_a_fact_that_was_set_aside_is_replayed_from_its_screen(broken: list[bool]) -> None:
    drain()
    turn("the stuck one")
    drain()
    row = SetAside.objects.get()
    boss = admin_client(make_user("administrator"))
    url = "/admin/audit/subscribers/"
    text = boss.get(url).content.decode()
    assert "the stuck one" in text and "ValueError: not today" in text
    assert "stays set aside" in boss.post(url, {"replay": row.pk}, follow=True).content.decode()
    assert SetAside.objects.get().replayed is None and not Event.objects.filter(type="audit.fact.replayed").exists()
    broken.clear()
    boss.post(url, {"replay": row.pk})
    assert SetAside.objects.get().replayed is not None and Event.objects.get(type="audit.fact.replayed").data["subscriber"] == "tests"


def test_auditors_see_what_was_set_aside_and_others_do_not(broken: list[bool], auditor: Client) -> None:
    turn()
    drain()
    assert auditor.get("/admin/audit/subscribers/").status_code == 200
    assert auditor.post("/admin/audit/subscribers/", {"replay": SetAside.objects.get().pk}).status_code == 403
    assert admin_client(make_user("viewer")).get("/admin/audit/subscribers/").status_code == 403


def test_the_api_finds_facts_by_words_and_by_who() -> None:
    grace = make_user(name="grace")
    turn("first")
    turn("second", actor=Actor("person", grace.pk, "grace"))
    client = admin_client(make_user("auditor"))
    for query, found in (("search=first", ["first"]), ("who=grace", ["second"]), ("type=tests.page.turned", ["second", "first"])):
        assert [row["subject_name"] for row in client.get(f"/api/v1/events/?{query}").json()["results"]] == found
    assert record("tests.page.turned", actor=SYSTEM).pk
