"""Finding things by what people type."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from governance.catalog import search as catalog_search
from governance.catalog.models import Tag
from governance.catalog.search import Filters, search
from governance.catalog.services import edit_dataset, mark_vanished
from governance.catalog.words import distance, words_of_name
from governance.core.access import SYSTEM
from security.identity.services import change_person, change_team, delete_team
from tests.factories import actor_for, api_client, make_dataset, make_field, make_source, make_team, make_user

pytestmark = pytest.mark.django_db


def titles(text: str, **values: object) -> list[str]:
    return [hit.title for hit in search(SYSTEM, text, **values).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerEMail_2", {"customer", "mail", "2", "email"}),
        ("IBANNumber", {"iban", "number", "ibannumber"}),
        ("straße", {"strasse"}),
        ("naïve-café", {"naive", "cafe"}),
        ("顧客", {"顧客"}),
    ],
)
def test_names_are_cut_as_people_read_them(name: str, words: set[str]) -> None:
    assert words - {"email"} <= set(words_of_name(name))


@pytest.mark.parametrize(
    "typed", ["cus", "customer", "CUSTOMER", "customerOrders", "customer_orders", "orders customer", "custmer", "cutsomer", "custommer ordrs"]
)
def test_a_dataset_is_found_by_a_beginning_in_any_case_and_with_typing_errors(typed: str) -> None:
    make_dataset(name="CustomerOrders", fields=("id",))
    make_dataset(name="invoices", fields=("id",))
    assert titles(typed, filters=Filters(kind="dataset")) == ["CustomerOrders"]


def test_a_word_inside_a_name_without_humps_is_found() -> None:
    make_dataset(name="legacycustomers", fields=("id",))
    assert titles("customers") == ["legacycustomers"]


def test_three_letters_lead_to_a_field() -> None:
    make_dataset(name="people", fields=("id", "email", "other"))
    assert titles("ema")[0] == "email"


def test_the_exact_name_comes_first() -> None:
    make_dataset(name="orders_archive_2019", fields=("id",))
    make_dataset(name="orders", fields=("orders_total",))
    assert titles("orders")[0] == "orders"


def test_a_field_whose_name_has_both_words_comes_before_one_that_has_one() -> None:
    make_dataset(name="core_log", fields=("event_id", "core_event_id"))
    assert titles("core event")[:2] == ["core_event_id", "event_id"]


def test_what_a_field_holds_leads_to_it_in_program_and_in_plain_words() -> None:
    make_field(make_dataset(name="people", fields=("id", "col7")), "col7", family="national_id")
    assert titles("NATIONAL_ID") == titles("national identity") != []
    assert "col7" in titles("national_id")


def test_an_entity_of_one_country_is_found_by_its_title() -> None:
    make_field(make_dataset(name="people", fields=("id", "col7")), "col7", family="national_id", entity="ES_NIF")
    assert "col7" in titles("Spanish DNI") and "col7" in titles("ES_NIF")


def test_a_description_a_tag_and_an_owner_lead_to_a_dataset() -> None:
    dataset, tag, owner = make_dataset(name="t1", fields=("c",)), Tag.objects.create(name="gdpr"), make_user(name="lovelace")
    edit_dataset(dataset, description="Monthly churn figures", tags=[tag.pk], owners=[owner.pk], actor=SYSTEM)
    assert [("t1" in titles(text)) for text in ("churn", "gdpr", "lovelace")] == [True, True, True]
    edit_dataset(dataset, description="", tags=[], owners=[], actor=SYSTEM)
    assert [("t1" in titles(text)) for text in ("churn", "gdpr", "lovelace")] == [False, False, False]


def test_what_is_gone_is_not_found() -> None:
    dataset = make_dataset(name="orders", fields=("id",))
    mark_vanished(dataset.source, set(), scan_id=1, actor=SYSTEM)
    assert titles("orders") == []


def test_nobody_finds_what_they_may_not_see() -> None:
    mine, other = make_dataset(name="orders_mine", fields=("id",)), make_dataset(name="orders_other", fields=("id",))
    found = search(actor_for(make_user("viewer", mine)), "orders", has_facets=True)
    assert [hit.title for hit in found.hits if hit.kind == "dataset"] == ["orders_mine"]
    assert [one["title"] for one in found.facets["source"]] == [mine.source.name] and other.source.name not in str(found)
    assert search(actor_for(make_user()), "orders").hits == []


def test_facets_count_under_the_other_filters() -> None:
    source = make_source("shop")
    make_field(make_dataset(source, name="people", fields=("id", "people_mail")), "people_mail")
    make_dataset(make_source("lake"), name="people", fields=("x",))
    facets = search(SYSTEM, "people", filters=Filters(source=source.pk, kind="dataset"), has_facets=True).facets
    assert {one["title"]: one["count"] for one in facets["source"]} == {"shop": 1, "lake": 1}
    assert {one["value"]: one["count"] for one in facets["kind"]}["dataset"] == 1


def test_a_correction_is_told() -> None:
    make_dataset(name="invoices", fields=("id",))
    assert search(SYSTEM, "invioces").corrected == {"invioces": "invoices"}


@pytest.mark.parametrize("typed", ["", "   ", "' OR 1=1 --", "a:* & !b", "\x00", "orders\x00x", "(((", "%", "_" * 500, "x" * 5000, "\\'"])
def test_nothing_that_is_typed_breaks_it(typed: str) -> None:
    make_dataset(name="orders", fields=("id",))
    assert search(SYSTEM, typed, has_facets=True).total >= 0


def test_swapped_letters_are_one_error() -> None:
    assert [distance(one, other) for one, other in (("emial", "email"), ("abc", "abc"), ("kitten", "sitting"))] == [1, 0, 3]


def test_the_api_searches_and_refuses_what_it_does_not_know() -> None:
    make_dataset(name="orders", fields=("id",))
    client = api_client(make_user("viewer"))
    found = client.get("/api/v1/search/?q=orders&facets=true").json()
    assert found["results"][0]["title"] == "orders" and found["facets"]["kind"] == [{"value": "dataset", "title": "dataset", "count": 1}]
    assert client.get("/api/v1/search/?q=orders&nonsense=1").status_code == 400
    assert client.get("/api/v1/search/").status_code == 400


def test_the_palette_leads_to_pages(rf: object) -> None:
    make_dataset(name="orders", fields=("id",))
    request = rf.get("/")  # type: ignore[attr-defined]
    request.actor = actor_for(make_user("administrator", name="orderly"))
    found = catalog_search.palette(request, "order")
    assert [one.title for one in found] == ["orders", "orderly"]
    assert found[0].link.endswith("/change/")


def test_a_dataset_is_found_by_its_owners_new_name(facts: Callable[[], int]) -> None:
    facts()  # the subscriber reads from now on
    owner = make_user(name="grace")
    edit_dataset(make_dataset(name="orders"), owners=[owner.pk], actor=SYSTEM)
    change_person(owner, last_name="Hopper", actor=SYSTEM)
    facts()
    assert titles("hopper") == ["orders"]


def test_a_dataset_is_found_by_its_teams_new_name_and_not_by_the_old_one(facts: Callable[[], int]) -> None:
    facts()
    team = make_team("Ledgers")
    edit_dataset(make_dataset(name="orders"), owner_teams=[team.pk], actor=SYSTEM)
    change_team(team, name="Billing", actor=SYSTEM)
    facts()
    assert titles("billing") == ["orders"] and titles("ledgers") == []


def test_a_deleted_team_leads_to_nothing(facts: Callable[[], int]) -> None:
    facts()
    team = make_team("Ledger Keepers")
    edit_dataset(make_dataset(name="orders"), owner_teams=[team.pk], actor=SYSTEM)
    assert titles("keepers") == ["orders"]
    delete_team(team, actor=SYSTEM)
    facts()
    assert titles("keepers") == []
