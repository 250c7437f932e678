"""Fields so alike that one decision serves them all."""

from __future__ import annotations

import pytest

from governance.catalog.models import Field
from governance.catalog.services import FieldFindings, decide, record_findings, similar
from governance.core.access import SYSTEM
from intelligence.classification import Verdict
from tests.factories import actor_for, api_client, make_dataset, make_field, make_user, nothing, verdict

pytestmark = pytest.mark.django_db


def shaped(name: str, shapes: list[list[object]], one: Verdict | None = None) -> Field:
    dataset = make_dataset(fields=("id", name))
    record_findings(dataset, profile=None, fields={name: FieldFindings({"shapes": shapes}, one or verdict())}, scan_id=1, actor=SYSTEM)
    return Field.objects.select_related("dataset__source").get(dataset=dataset, name=name)


def names(field: Field) -> list[str]:
    return [one.field.name for one in similar.similar(field, actor=SYSTEM)]


def test_the_same_suggestion_under_a_name_of_the_same_words_is_alike() -> None:
    field = make_field(name="customer_email")
    make_field(name="EmailCustomer"), make_field(name="email_of_a_supplier"), make_field(name="customer_email", family="phone")
    assert names(field) == ["EmailCustomer"]


def test_the_shapes_of_the_values_count_as_much_as_the_name() -> None:
    field = shaped("mail", [["aaa@aaaa.aa", 90], ["aa.aa@aa.aa", 10]])
    shaped("mail_2", [["a@aa.aa", 9], ["aaaa.a@a.aa", 1]]), shaped("mail", [["999-999", 100]])
    found = similar.similar(field, actor=SYSTEM)
    assert [(one.field.name, one.likeness) for one in found] == [("mail_2", 1.0)]


def test_what_is_decided_already_is_not_offered() -> None:
    field, other = make_field(), make_field()
    assert names(field) == ["email"]
    decide(other, verdict="confirm", actor=SYSTEM)
    assert names(field) == []


def test_where_nothing_was_suggested_only_the_same_name_is_alike() -> None:
    field = shaped("code", [["AA99", 9]], nothing())
    shaped("Code", [["AA99", 5]], nothing()), shaped("codes", [["AA99", 5]], nothing())
    assert names(field) == ["Code"]


def test_only_what_the_reader_may_decide_is_offered() -> None:
    field, other, hidden = make_field(), make_field(), make_field()
    user = make_user("steward", other.dataset)
    assert [one.field for one in similar.similar(field, actor=actor_for(user))] == [other]
    assert hidden.pk not in [one.field.pk for one in similar.similar(other, actor=actor_for(user))]


def test_groups_are_decided_and_undone_in_one_request_each() -> None:
    fields = [make_field(), make_field(), make_field(name="phone", family="phone")]
    client = api_client(make_user("steward", ceiling="restricted"))
    group = client.get("/api/v1/fields/groups/").json()["results"]
    assert [(one["entity"], one["fields"]) for one in group] == [("EMAIL_ADDRESS", [one.pk for one in fields[:2]])]
    assert [one["id"] for one in client.get(f"/api/v1/fields/{fields[0].pk}/similar/").json()["results"]] == [fields[1].pk]
    ids = group[0]["fields"]
    client.post("/api/v1/fields/decisions/", {"fields": ids, "verdict": "confirm", "entity": "EMAIL_ADDRESS"}, format="json")
    assert Field.objects.filter(state="confirmed").count() == 2
    undone = client.post("/api/v1/fields/decisions/undo/", {"fields": ids}, format="json").json()["undone"]
    assert {one["state"] for one in undone} == {"suggested"}
