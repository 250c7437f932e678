"""The findings page: its numbers, what it narrows, decisions about whole lists, the files that people take along, and why a field holds what it holds."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.catalog.models import Field
from governance.catalog.services import decide, exporting, undo
from governance.core.models import Event
from governance.scans.models import ScanRun
from tests.factories import actor_for, admin_client, find, make_dataset, make_field, make_source, make_user, verdict

pytestmark = pytest.mark.django_db
LIST = "admin:catalog_field_changelist"


@pytest.fixture
def steward() -> Client:
    return admin_client(make_user("steward"))


def told(client: Client, name: str, /, **data: Any) -> str:
    answer = client.post(reverse(f"admin:{name}"), data | {"next": reverse(LIST)}, follow=True)
    return " ".join(str(one) for one in answer.context["messages"])


def states() -> set[str]:
    return set(Field.objects.filter(name="email").values_list("state", flat=True))


def test_the_numbers_say_what_the_lists_behind_them_hold(steward: Client) -> None:
    mine, other = make_field(), make_field(family="us_ssn")
    make_field()
    decide(other, verdict="confirm", actor=actor_for(make_user("steward", ceiling="restricted")))
    decide(mine, verdict="reject", actor=actor_for(make_user("steward", ceiling="restricted")))
    counts = {one["label"]: one for one in steward.get(reverse(LIST)).context["counts"]}
    assert {label: one["value"] for label, one in counts.items()} == {"Sensitive fields": 2, "New": 0, "Waiting": 1, "Decided": 2}
    for one in counts.values():
        assert steward.get(one["href"]).context["total"] == one["value"]


def test_new_since_the_last_scan_counts_from_each_sources_own_scan(steward: Client) -> None:
    now, early, late = timezone.now(), make_source(), make_source()
    old, new = make_field(make_dataset(early)), make_field(make_dataset(late))
    for source, moment in ((early, now + timedelta(hours=1)), (late, now - timedelta(hours=1))):
        ScanRun.objects.create(source=source, state="complete", started=moment)
    ScanRun.objects.create(source=late, state="failed", started=now + timedelta(hours=2))
    found = steward.get(reverse(LIST) + "?new=scan").context["rows"]
    assert [one.pk for one in found] == [new.pk] and old.pk != new.pk


def test_a_rejection_that_is_taken_back_does_not_make_a_finding_new() -> None:
    field, actor = make_field(), actor_for(make_user("steward"))
    found = Field.objects.get(pk=field.pk).changes.get().time
    decide(field, verdict="reject", actor=actor)
    assert Field.objects.get(pk=field.pk).found is None
    undo(field, actor=actor)
    assert Field.objects.get(pk=field.pk).found == found


def test_one_decision_serves_all_that_match_and_leaves_what_people_decided(steward: Client) -> None:
    shop = make_source()
    fields, other = [make_field(make_dataset(shop)) for _ in range(3)], make_field()
    decide(fields[0], verdict="reject", actor=actor_for(make_user("steward")))
    page = steward.get(reverse(LIST) + f"?source={shop.pk}")
    assert page.context["undecided"] == 2 and "All" in page.content.decode()
    assert told(steward, "catalog_field_bulk_all", verdict="confirm", filter=f"source={shop.pk}", count=2) == "2 fields decided."
    assert [Field.objects.get(pk=one.pk).state for one in (*fields, other)] == ["rejected", "confirmed", "confirmed", "suggested"]


def test_a_list_that_has_changed_meanwhile_is_not_decided(steward: Client) -> None:
    make_field()
    assert "1 undecided fields fit" in told(steward, "catalog_field_bulk_all", verdict="confirm", filter="", count=2)
    assert "0 undecided fields fit" in told(steward, "catalog_field_bulk_all", verdict="confirm", filter="q=zzqq", count=0)
    assert states() == {"suggested"}


def test_a_decision_about_many_is_taken_back_as_a_whole_but_not_what_was_decided_anew(steward: Client) -> None:
    fields = [make_field(), make_field(), make_field()]
    told(steward, "catalog_field_bulk_all", verdict="confirm", filter="", count=3)
    decide(Field.objects.get(pk=fields[0].pk), verdict="reject", actor=actor_for(make_user("steward")))
    assert "Undo confirm on 3 fields" in " ".join(steward.get(reverse(LIST)).content.decode().split())
    assert told(steward, "catalog_field_bulk_undo") == "Taken back for 2 fields. The rest (1) was decided anew or taken back already."
    assert [Field.objects.get(pk=one.pk).state for one in fields] == ["rejected", "suggested", "suggested"]
    assert "no decision about many" in told(steward, "catalog_field_bulk_undo")


def test_a_decision_about_all_stays_inside_what_one_may_decide() -> None:
    mine, other = make_field(make_dataset(name="mine")), make_field(make_dataset(name="beyond"))
    client = admin_client(make_user("steward", mine.dataset))
    assert "1 undecided fields fit" in told(client, "catalog_field_bulk_all", verdict="confirm", filter="", count=2)
    told(client, "catalog_field_bulk_all", verdict="confirm", filter=f"source={other.dataset.source_id}", count=1)
    assert Field.objects.get(pk=other.pk).state == "suggested"
    viewer = admin_client(make_user("viewer"))
    assert "0 undecided fields fit" in told(viewer, "catalog_field_bulk_all", verdict="confirm", filter="", count=2)
    assert "catalog_field_bulk_all" not in viewer.get(reverse(LIST)).content.decode() and states() == {"suggested"}


def exported(client: Client, query: str) -> str:
    return b"".join(client.get(reverse("admin:catalog_field_export") + query).streaming_content).decode()  # type: ignore[attr-defined]


def test_what_the_filters_name_goes_into_a_file_and_the_export_is_a_fact(steward: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    shop = make_source("=shop")
    for at in range(3):
        make_field(make_dataset(shop, name=f"t{at}"))
    make_field(family="us_ssn")
    data = json.loads(exported(steward, f"?type=json&source={shop.pk}"))
    assert data["count"] == 3 and [one["dataset"] for one in data["findings"]] == ["main.t0", "main.t1", "main.t2"]
    rows = list(csv.DictReader(io.StringIO(exported(steward, "?type=csv&family=email").removeprefix("\ufeff"))))
    assert [(row["source"], row["entity"], row["state"], row["why"]) for row in rows] == [
        ("'=shop", "EMAIL_ADDRESS", "suggested", "97 of 100 distinct values look like it.")
    ] * 3
    assert [one.data["fields"] for one in Event.objects.filter(type="catalog.exported").order_by("pk")] == [3, 3]


def test_a_file_holds_only_what_its_reader_may_see() -> None:
    mine, _ = make_field(make_dataset(name="mine")), make_field(make_dataset(name="beyond"))
    client = admin_client(make_user("viewer", mine.dataset))
    assert [one["id"] for one in json.loads(exported(client, "?type=json"))["findings"]] == [mine.pk]
    assert Client().get(reverse("admin:catalog_field_export")).status_code == 302


def test_the_explain_card_draws_the_steps_of_the_score_and_names_the_judges(steward: Client) -> None:
    steps: list[dict[str, str | float]] = [
        {"label": "before anything is known", "value": -4.0},
        {"label": "97 of 100 distinct values look like it", "value": 7.0},
    ]
    one = replace(
        verdict(score=0.9526), arithmetic=[*steps, {"label": "calibrated score", "value": 0.9526}], judge={"model": "shipped 1", "text": ""}
    )
    dataset = make_dataset()
    find(dataset, {"email": one})
    answer = steward.get(reverse("admin:catalog_field_change", args=[Field.objects.get(dataset=dataset, name="email").pk]))
    fall = answer.context["arithmetic"]
    assert [(row["value"], row["sum"], row["values"]) for row in fall["steps"]] == [(-4.0, -4.0, ""), (7.0, 3.0, "97 of 100")]
    assert [(row["left"], row["width"]) for row in fall["steps"]] == [("0.00", "57.14"), ("0.00", "100.00")] and fall["is_exact"]
    assert "Column model: shipped 1" in answer.content.decode()


def test_the_explain_card_of_an_earlier_release_still_adds_up(steward: Client) -> None:
    field = make_field(score=0.97)
    Field.objects.filter(pk=field.pk).update(evidence={**(field.evidence or {}), "arithmetic": []})
    fall = steward.get(reverse("admin:catalog_field_change", args=[field.pk])).context["arithmetic"]
    assert fall["is_exact"] and fall["steps"][-1]["label"] == "what else it could be, or nothing"


def test_the_explain_card_tells_what_few_values_and_paths_hold(steward: Client) -> None:
    dataset = make_dataset(fields=("payload", "payload.mail"))
    column, path = Field.objects.get(dataset=dataset, name="payload"), Field.objects.get(dataset=dataset, name="payload.mail")
    Field.objects.filter(pk=path.pk).update(parent=column)
    few = {"entity": "IBAN_CODE", "family": "iban", "matched": 3, "read": 1200}
    Field.objects.filter(pk=column.pk).update(
        evidence={"reason": "Documents.", "nested": [["payload.mail", "EMAIL_ADDRESS", 0.99]], "minorities": [few]}
    )
    page = " ".join(steward.get(reverse("admin:catalog_field_change", args=[column.pk])).content.decode().split())
    assert f'href="{reverse("admin:catalog_field_change", args=[path.pk])}"><code>payload.mail</code>' in page
    assert "found by reading every value" in page and "(0.25 %)" in page
    assert "A path inside the documents of" in steward.get(reverse("admin:catalog_field_change", args=[path.pk])).content.decode()
