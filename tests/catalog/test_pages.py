"""The catalog's pages: what they show, what their forms do, and for whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.catalog.services import edit_dataset, mark_vanished
from governance.core.access import SYSTEM
from tests.factories import admin_client, find, make_dataset, make_field, make_source, make_user, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward() -> Client:
    return admin_client(make_user("steward"))


def text(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    answer = client.get(reverse(f"admin:{name}", args=arguments) + query)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def post(client: Client, address: str, /, *arguments: Any, **data: Any) -> str:
    """Send a form; the messages of the page that follows."""
    answer = client.post(reverse(f"admin:{address}", args=arguments), data | {"next": reverse("admin:catalog_tag_changelist")}, follow=True)
    assert answer.status_code == 200
    return " ".join(str(one) for one in answer.context["messages"])


def test_the_list_shows_datasets_and_hides_what_is_gone(steward: Client) -> None:
    make_dataset(name="orders")
    gone = make_dataset(name="yesterday")
    mark_vanished(gone.source, set(), scan_id=1, actor=SYSTEM)
    page = text(steward, "catalog_dataset_changelist")
    assert "orders" in page and "yesterday" not in page
    assert "yesterday" in text(steward, "catalog_dataset_changelist", query="?gone=yes")


def test_filters_of_the_list_stand_in_the_url(steward: Client) -> None:
    domain, tag, owner = Domain.objects.create(name="Sales"), Tag.objects.create(name="pii"), make_user()
    one = make_dataset(name="orders", domain=domain, certification="certified")
    one.tags.add(tag)
    one.owners.add(owner)
    make_field(make_dataset(name="people"), family="us_ssn")
    for query in (
        f"source={one.source_id}",
        f"domain={domain.pk}",
        f"tag={tag.pk}",
        f"owner={owner.pk}",
        "certification=certified",
        "q=ordrs",
        "sensitivity=public",
    ):
        page = text(steward, "catalog_dataset_changelist", query=f"?{query}")
        assert ">orders</a>" in page and ">people</a>" not in page, query
    assert ">people</a>" in text(steward, "catalog_dataset_changelist", query="?sensitivity=restricted")
    assert "No dataset fits" in text(steward, "catalog_dataset_changelist", query="?q=zzzzqqqq")


def test_an_empty_list_says_what_it_is_for(steward: Client) -> None:
    assert "No datasets yet" in text(steward, "catalog_dataset_changelist")
    assert "Nothing sensitive was found yet" in text(steward, "catalog_field_changelist")
    assert "Nothing waits for you" in text(steward, "decisions")


def test_pages_of_the_list_follow_each_other(steward: Client) -> None:
    source = make_source()
    for at in range(60):
        make_dataset(source, name=f"t{at:02}")
    answer = steward.get(reverse("admin:catalog_dataset_changelist"))
    assert (answer.context["rows"][0].name, len(answer.context["rows"]), answer.context["total"]) == ("t00", 50, 60)
    assert [one.name for one in steward.get(answer.context["next_url"]).context["rows"]][:1] == ["t50"]


def test_many_datasets_are_changed_and_the_change_is_undone(steward: Client) -> None:
    datasets = [make_dataset(), make_dataset()]
    domain = Domain.objects.create(name="Sales")
    chosen = [one.pk for one in datasets]
    assert "2 datasets changed" in post(
        steward, "catalog_dataset_bulk", chosen=chosen, domain=domain.pk, add_tags="pii, gdpr", certification="certified"
    )
    assert sorted(tag.name for tag in datasets[0].tags.all()) == ["gdpr", "pii"]
    assert Dataset.objects.filter(domain=domain, certification="certified").count() == 2
    edit_dataset(datasets[1], description="meanwhile", actor=SYSTEM)
    assert "1 taken back. 1 were changed again" in post(steward, "catalog_dataset_bulk_undo")
    assert Dataset.objects.get(domain=domain).description == "meanwhile"


def test_a_bulk_edit_without_a_choice_says_so(steward: Client) -> None:
    assert "Choose at least one" in post(steward, "catalog_dataset_bulk", certification="certified")
    assert "Nothing was chosen" in post(steward, "catalog_dataset_bulk", chosen=[make_dataset().pk])
    assert "not complete" in post(steward, "catalog_dataset_bulk", chosen=[make_dataset().pk], domain="x")


def test_the_page_of_a_dataset_has_its_parts(steward: Client) -> None:
    field = make_field(make_dataset(name="people", fields=("id", "email"), description="All of them"))
    page = text(steward, "catalog_dataset_change", field.dataset_id)
    for part in (
        "All of them",
        "EMAIL_ADDRESS",
        'data-panel="preview"',
        'data-panel="profile"',
        'data-panel="history"',
        "Version 1",
        field.dataset.source.name,
    ):
        assert part in page, part


def test_who_has_access_is_told_to_administrators_only() -> None:
    dataset, admin = make_dataset(), make_user("administrator", name="ada")
    make_user("viewer", dataset, name="victor")
    page = text(admin_client(admin), "catalog_dataset_change", dataset.pk, query="?access")
    assert "victor" in page and "ada" in page
    assert "victor" not in text(admin_client(make_user("viewer")), "catalog_dataset_change", dataset.pk, query="?access")


def test_the_history_names_people_and_things(steward: Client) -> None:
    dataset, domain, tag, owner = make_dataset(), Domain.objects.create(name="Sales"), Tag.objects.create(name="pii"), make_user(name="lovelace")
    edit_dataset(dataset, domain=domain.pk, tags=[tag.pk], owners=[owner.pk], actor=SYSTEM)
    edit_dataset(dataset, tags=[], actor=SYSTEM)
    tag.delete()
    told = steward.get(reverse("admin:catalog_dataset_change", args=[dataset.pk])).context["versions"]
    assert told[1]["changes"]["after"] == {"domain": "Sales", "tags": f"{told[1]['row'].change['tags']['after'][0]} (gone)", "owners": "lovelace"}
    assert told[0]["changes"]["after"] == {"tags": "none"}


def test_a_very_wide_dataset_shows_its_first_fields_and_all_when_asked(steward: Client) -> None:
    dataset = make_dataset(fields=tuple(f"c{at}" for at in range(600)))
    address = reverse("admin:catalog_dataset_change", args=[dataset.pk])
    assert [len(steward.get(address + query).context["fields"]) for query in ("", "?all")] == [500, 600]
    assert "Show all 600 fields" in text(steward, "catalog_dataset_change", dataset.pk)


def test_a_dataset_is_edited_and_restored_on_its_page(steward: Client) -> None:
    dataset = make_dataset()
    assert "version 2" in post(steward, "catalog_dataset_edit", dataset.pk, description="New", tags="pii; gdpr", certification="certified")
    assert dataset.tags.count() == 2
    assert "version 3" in post(steward, "catalog_dataset_restore", dataset.pk, version=1)
    assert Dataset.objects.get().description == "" and dataset.tags.count() == 0
    assert "no version 99" in post(steward, "catalog_dataset_restore", dataset.pk, version=99)


def test_the_page_of_a_field_says_what_and_why(steward: Client) -> None:
    field = make_field()
    page = text(steward, "catalog_field_change", field.pk)
    for part in (
        "97 of 100 distinct values look like it.",
        "a•••@•••.com",
        "How the score comes about",
        'data-key="c"',
        'data-key="r"',
        'data-key="s"',
        "Log-odds",
    ):
        assert part in page, part


def test_j_and_k_lead_through_the_fields_of_a_dataset(steward: Client) -> None:
    dataset = make_dataset(fields=("a", "b", "c"))
    a, b, c = Field.objects.order_by("position")
    answer = steward.get(reverse("admin:catalog_field_change", args=[b.pk]))
    assert (answer.context["previous_page"], answer.context["next_page"]) == tuple(
        reverse("admin:catalog_field_change", args=[one.pk]) for one in (a, c)
    )
    assert answer.context["place"] == "2 of 3" and dataset.field_count == 3


def test_a_field_is_decided_and_the_decision_undone(steward: Client) -> None:
    field = make_field()
    assert "Confirmed" in post(steward, "catalog_field_decide", field.pk, verdict="confirm", expected="EMAIL_ADDRESS")
    assert "Passport" in post(steward, "catalog_field_decide", field.pk, verdict="set", entity="PASSPORT", reason="seen")
    assert "taken back" in post(steward, "catalog_field_undo", field.pk)
    assert Field.objects.get(pk=field.pk).entity == "EMAIL_ADDRESS"
    find(field.dataset, {"email": verdict("username")}, scan_id=2)
    assert "Look again" in post(steward, "catalog_field_decide", field.pk, verdict="confirm", expected="USERNAME")


def test_findings_are_a_map_and_a_table_that_it_filters(steward: Client) -> None:
    shop, lake = make_source("shop"), make_source("lake")
    make_field(make_dataset(shop, name="people", fields=("ssn",)), "ssn", family="us_ssn")
    make_field(make_dataset(lake, name="log", fields=("mail",)), "mail")
    answer = steward.get(reverse("admin:catalog_field_changelist"))
    assert [row["title"] for row in answer.context["map"]["rows"]] == ["US social security number", "E-mail address"]
    cell = answer.context["map"]["rows"][0]["cells"][shop.pk]
    assert [one.name for one in steward.get(cell["href"]).context["rows"]] == ["ssn"]


def test_new_since_narrows_the_findings(steward: Client) -> None:
    old, new = make_field(), make_field()
    Field.objects.filter(pk=old.pk).update(found="2020-01-01T00:00Z")
    answer = steward.get(reverse("admin:catalog_field_changelist") + "?since=2024-01-01T00:00:00%2B00:00")
    assert [one.pk for one in answer.context["rows"]] == [new.pk]
    assert steward.get(reverse("admin:catalog_field_changelist") + "?since=nonsense").status_code == 200


def test_findings_are_decided_together(steward: Client) -> None:
    fields = [make_field(), make_field()]
    assert "2 fields decided" in post(steward, "catalog_field_bulk", chosen=[one.pk for one in fields], verdict="reject", reason="tests")
    assert set(Field.objects.filter(name="email").values_list("state", flat=True)) == {"rejected"}


def test_the_queue_shows_the_most_sensitive_and_most_certain_first(steward: Client) -> None:
    dataset = make_dataset(fields=("mail", "sure", "unsure"))
    find(dataset, {"mail": verdict("email", score=1.0), "unsure": verdict("us_ssn", score=0.6), "sure": verdict("passport", score=0.9)})
    answer = steward.get(reverse("admin:decisions"))
    assert [answer.context["field"].name, *(one.name for one in answer.context["up_next"])] == ["sure", "unsure", "mail"]
    assert "0 of 3 decided" in answer.content.decode()
    assert steward.get(reverse("admin:decisions") + "?skip=1").context["field"].name == "unsure"


def test_the_queue_goes_on_after_each_decision_and_offers_the_undo(steward: Client) -> None:
    make_field()
    field = make_field()
    steward.post(reverse("admin:catalog_field_decide", args=[field.pk]), {"verdict": "reject"})
    answer = steward.get(reverse("admin:decisions"))
    assert "1 of 2 decided" in answer.content.decode() and answer.context["last"].field_id == field.pk


def test_nobody_sees_or_decides_beyond_their_scope() -> None:
    mine, other = make_field(make_dataset(name="mine")), make_field(make_dataset(name="other"))
    client = admin_client(make_user("steward", mine.dataset))
    for name in ("catalog_dataset_changelist", "catalog_field_changelist", "decisions"):
        page = text(client, name)
        assert "mine" in page and "other" not in page.replace("another", ""), name
    for name, pk in (("catalog_dataset_change", other.dataset_id), ("catalog_field_change", other.pk)):
        assert client.get(reverse(f"admin:{name}", args=[pk])).status_code == 404
    assert "may not see" in post(client, "catalog_field_decide", other.pk, verdict="confirm")
    assert "may not see" in post(client, "catalog_dataset_edit", other.dataset_id, description="x")
    post(client, "catalog_field_bulk", chosen=[other.pk], verdict="confirm")
    assert Field.objects.get(pk=other.pk).state == "suggested"


@pytest.mark.parametrize("role", ["viewer", "engineer", "auditor"])
def test_who_may_only_look_gets_no_buttons_and_no_post_through(role: str) -> None:
    field = make_field()
    client = admin_client(make_user(role))
    assert 'value="confirm"' not in text(client, "catalog_field_change", field.pk)
    assert "data-selection-bar" not in text(client, "catalog_dataset_changelist") and "may not" in post(
        client, "catalog_field_decide", field.pk, verdict="confirm"
    )
    assert "may not" in post(client, "catalog_dataset_edit", field.dataset_id, description="x") and Dataset.objects.get().description == ""


def test_somebody_who_is_not_signed_in_sees_the_login() -> None:
    for name in ("catalog_dataset_changelist", "catalog_field_changelist", "decisions", "search", "catalog_import"):
        assert Client().get(reverse(f"admin:{name}")).status_code == 302


def test_the_search_page_finds_and_filters(steward: Client) -> None:
    make_field(make_dataset(name="people", fields=("email",)))
    answer = steward.get(reverse("admin:search") + "?q=emial")
    assert [one["hit"].title for one in answer.context["hits"]] == ["email", "people"] and "showing “email”" in answer.content.decode()
    assert "Find anything" in text(steward, "search")
    assert "Nothing was found" in text(steward, "search", query="?q=email&kind=tag")
    for query in ("?q=email&source=x&tag=99999999999999999999&kind=nonsense", "?q=%E2%80%AE&sensitivity=red"):
        assert steward.get(reverse("admin:search") + query).status_code == 200


def test_domains_and_tags_are_kept_on_their_pages(steward: Client) -> None:
    post(steward, "catalog_domain_create", name="Finance", description="Money")
    above = Domain.objects.get()
    post(steward, "catalog_domain_create", name="Payroll", parent=above.pk)
    assert "Payroll" in text(steward, "catalog_domain_changelist")
    assert "stand below" in post(steward, "catalog_domain_remove", above.pk)
    post(steward, "catalog_domain_update", above.pk, name="Money", description="")
    assert Domain.objects.filter(name="Money").exists()
    for name in ("pii", "personal"):
        post(steward, "catalog_tag_create", name=name)
    one, other = Tag.objects.order_by("name")
    assert "merged" in post(steward, "catalog_tag_merge", one.pk, into=other.pk)
    assert "removed" in post(steward, "catalog_tag_remove", other.pk) and not Tag.objects.exists()


def test_an_import_is_shown_before_it_is_written(steward: Client) -> None:
    dataset = make_dataset()
    csv = f"source,dataset,description\r\n{dataset.source.name},{dataset.key},New\r\n"
    answer = steward.post(reverse("admin:catalog_import"), {"text": csv})
    assert answer.context["report"].changed == 1 and Dataset.objects.get().description == ""
    assert steward.post(reverse("admin:catalog_import"), {"text": csv, "apply": "1"}).status_code == 302
    assert Dataset.objects.get().description == "New"


def test_an_import_says_before_and_after_what_it_ignores(steward: Client) -> None:
    field = make_field()
    csv = f"source,dataset,field,description,owners\n{field.dataset.source.name},{field.dataset.key},email,Theirs,grace\n"
    address = reverse("admin:catalog_import")
    before = steward.post(address, {"text": csv}).content.decode()
    after = steward.post(address, {"text": csv, "apply": "1"}).content.decode()
    assert "will be ignored" in before and "were ignored" in after and "1 line written" in after
    assert "owners was ignored" in before and "owners was ignored" in after


def test_counts_say_which_rows_they_are_of(steward: Client) -> None:
    field = make_field(score=0.9)
    evidence = (field.evidence or {}) | {
        "examined": 3000,
        "distinct": 2950,
        "evidence": [{"distinct": 400, "matched": 400, "weight": 1, "detail": "", "recognizer": ""}],
    }
    Field.objects.filter(pk=field.pk).update(evidence=evidence, profile=(field.profile or {}) | {"rows": 81_234})
    Dataset.objects.filter(pk=field.dataset_id).update(rows=81_234, profile={"rows": 81_234, "read": 81_234})
    page = text(steward, "catalog_field_change", field.pk)
    assert "a sample of 3,000 of 81,234 rows, with 2,950 different values in it" in page and "Each check reads at most 400 of these values" in page
    assert "over all 81,234 rows" in page
    assert "counted over all 81,234 rows" in text(steward, "catalog_dataset_change", field.dataset_id)


def test_fields_of_one_name_can_be_told_apart_in_the_queue(steward: Client) -> None:
    for name in ("people", "orders", "guests"):
        make_field(make_dataset(make_source(f"source of {name}"), name=name, fields=("id", "email")))
    page = text(steward, "decisions").partition("Up next")[2]
    shown = [name for name in ("people", "orders", "guests") if f"in {name} · source of {name} / main" in page]
    assert len(shown) == 2


def test_text_of_people_and_sources_is_never_markup(steward: Client) -> None:
    evil = "<script>alert(1)</script>"
    dataset = make_dataset(make_source(evil), name=evil, fields=(evil,), description=evil)
    find(dataset, {evil: verdict()})
    field = Field.objects.get()
    pages = [
        text(steward, "catalog_dataset_changelist"),
        text(steward, "catalog_dataset_change", dataset.pk),
        text(steward, "catalog_field_change", field.pk),
    ]
    pages += [text(steward, "catalog_field_changelist"), text(steward, "decisions"), text(steward, "search", query="?q=script")]
    assert not any(evil in page for page in pages)


def test_what_a_field_holds_has_the_title_that_alerts_use(steward: Client) -> None:
    field = make_field(make_dataset(fields=("card",)), name="card", family="credit_card", entity="CREDIT_CARD")
    pages = [text(steward, "catalog_dataset_change", field.dataset_id), text(steward, "catalog_field_change", field.pk)]
    pages.append(text(steward, "catalog_field_changelist"))
    assert all("Payment card number" in page for page in pages) and '<option value="CREDIT_CARD">Payment card number</option>' in pages[2]
