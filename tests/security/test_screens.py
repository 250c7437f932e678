"""The admin's screens of people, teams, grants and tokens, used as a person uses them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from governance.core.models import Event, EventPerson
from security.access.models import Grant
from security.identity.models import Team, Token
from tests.factories import admin_client, api_client, grant, make_dataset, make_source, make_team, make_user

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/auth/user/"


@pytest.fixture
def boss() -> User:
    return make_user(name="boss", is_superuser=True)


@pytest.fixture
def client(boss: User) -> Any:
    return admin_client(boss)


def secret_in(answer: Any) -> str:
    found = re.search(r"<code>([^<]+)</code>", answer.content.decode().partition("security-secret")[2])
    assert found, answer.content.decode()[:3000]
    return found[1]


def types(subject: Any) -> list[str]:
    return list(Event.objects.filter(subject_id=subject.pk).order_by("id").values_list("type", flat=True))


@pytest.mark.parametrize("url", [PEOPLE, "/admin/auth/user/add/", "/admin/identity/team/", "/admin/identity/team/add/", "/admin/access/grant/",
                                 "/admin/access/grant/add/", "/admin/identity/token/", "/admin/access/explain/"])  # fmt: skip
def test_every_screen_opens(client: Any, url: str) -> None:
    grant(make_user(), "viewer", make_source())
    make_team()
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(("url", "words"), [(PEOPLE, "Who may sign in"), ("/admin/identity/team/", "A team owns datasets"), ("/admin/access/grant/", "Only administrators see")])  # fmt: skip
def test_every_list_says_what_it_is_for(client: Any, url: str, words: str) -> None:
    assert words in client.get(url).content.decode()


def test_a_grant_is_called_by_the_name_of_its_source(client: Any) -> None:
    given = grant(make_user(name="grace"), "viewer", make_source("Shop"))
    assert "grace: viewer on source Shop" in client.get(f"/admin/access/grant/{given.pk}/change/").content.decode()


def test_a_wrong_password_is_told_in_words(client: Any) -> None:
    client.logout()
    answer = client.post("/admin/login/", {"username": "boss", "password": "wrong"})
    assert "The name or the password is wrong." in answer.content.decode()


def test_a_person_is_added_with_a_password_that_is_shown_once_and_works(client: Any) -> None:
    answer = client.post(f"{PEOPLE}add/", {"username": "grace", "first_name": "Grace", "last_name": "", "email": "grace@example.org"})
    password = secret_in(answer)
    user = User.objects.get(username="grace")
    assert user.check_password(password) and user.is_staff and not user.is_superuser and "no-store" in answer.headers["Cache-Control"]
    assert types(user) == ["identity.person.created"]
    assert not any(password in str(one.get_decoded()) for one in Session.objects.all())
    assert password not in client.get(f"{PEOPLE}{user.pk}/change/").content.decode()


def test_changing_a_person_is_a_fact_that_does_not_repeat_personal_data(client: Any) -> None:
    user = make_user(name="grace")
    form = {"username": "grace", "first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org"}
    assert client.post(f"{PEOPLE}{user.pk}/change/", form).status_code == 302
    fact = Event.objects.get(type="identity.person.changed")
    assert set(fact.data["change"]["after"]) == {"first_name", "last_name", "email"} and b"Hopper" not in bytes(fact.body)
    assert EventPerson.objects.get(event_id=fact.pk).data["subject"] == "grace"


def test_a_person_is_deactivated_and_comes_back_with_their_grants(client: Any) -> None:
    user = make_user("viewer", name="grace")
    client.post(f"{PEOPLE}{user.pk}/deactivate/")
    assert not User.objects.get(pk=user.pk).is_active
    client.post(f"{PEOPLE}{user.pk}/activate/")
    assert User.objects.get(pk=user.pk).is_active and user.grants.count() == 1
    assert types(user) == ["identity.person.deactivated", "identity.person.activated"]


def test_a_new_password_is_made_and_shown_once(client: Any) -> None:
    user = make_user(name="grace")
    password = secret_in(client.post(f"{PEOPLE}{user.pk}/password/"))
    assert User.objects.get(pk=user.pk).check_password(password)
    assert types(user) == ["identity.password.changed"]


def test_nobody_deactivates_themselves_or_deletes_a_person(client: Any, boss: User) -> None:
    page = client.post(f"{PEOPLE}{boss.pk}/deactivate/", follow=True)
    assert User.objects.get(pk=boss.pk).is_active and "cannot deactivate yourself" in page.content.decode()
    assert client.post(f"{PEOPLE}{make_user().pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_administrator_by_grant_cannot_touch_a_superuser_or_make_one(boss: User) -> None:
    client = admin_client(make_user("administrator", name="second"))
    client.post(f"{PEOPLE}{boss.pk}/deactivate/")
    client.post(f"{PEOPLE}{boss.pk}/password/")
    client.post(f"{PEOPLE}add/", {"username": "third", "is_superuser": "on"})
    assert User.objects.get(pk=boss.pk).is_active and types(boss) == []
    assert not User.objects.filter(username="third", is_superuser=True).exists()


def test_the_screens_of_people_are_closed_to_others_but_owners_can_be_chosen() -> None:
    client = admin_client(make_user("steward", name="steward"))
    assert client.get(PEOPLE).status_code == 403 and client.get(f"{PEOPLE}add/").status_code == 403
    answer = client.get("/admin/autocomplete/", {"app_label": "identity", "model_name": "team", "field_name": "members", "term": "stew"})
    assert [one["text"] for one in answer.json()["results"]] == ["steward"]


def test_a_team_is_made_changed_and_deleted_through_its_service(client: Any) -> None:
    ada, grace = make_user(), make_user()
    client.post("/admin/identity/team/add/", {"name": "Risk", "description": "", "members": [ada.pk]})
    team = Team.objects.get(name="Risk")
    client.post(f"/admin/identity/team/{team.pk}/change/", {"name": "Risk", "description": "x", "members": [grace.pk]})
    assert list(team.members.all()) == [grace]
    assert Event.objects.get(type="identity.team.changed").data["change"]["before"]["members"] == [ada.pk]
    client.post(f"/admin/identity/team/{team.pk}/delete/", {"post": "yes"})
    assert not Team.objects.exists() and types(team) == ["identity.team.created", "identity.team.changed", "identity.team.deleted"]


def test_a_grant_is_given_changed_and_taken_away(client: Any) -> None:
    user, source = make_user(name="grace"), make_source()
    form = {"user": user.pk, "role": "steward", "effect": "allow", "place": f"source:{source.pk}", "ceiling": "internal", "reason": "asked"}
    client.post("/admin/access/grant/add/", form)
    given = Grant.objects.get(user=user)
    assert (given.role, given.scope, given.scope_id) == ("steward", "source", source.pk)
    client.post(f"/admin/access/grant/{given.pk}/change/", form | {"ceiling": "restricted"})
    assert Event.objects.get(type="access.grant.changed").data["change"] == {"before": {"ceiling": "internal"}, "after": {"ceiling": "restricted"}}
    client.post(f"/admin/access/grant/{given.pk}/delete/", {"post": "yes"})
    assert not Grant.objects.filter(user=user).exists()
    facts = Event.objects.filter(type__startswith="access.grant")
    assert facts.count() == 3 and not any(b"grace" in bytes(fact.body) for fact in facts)


def test_a_grant_on_a_dataset_starts_from_its_page(client: Any) -> None:
    dataset = make_dataset(name="orders")
    page = client.get(f"/admin/access/grant/add/?scope=dataset&scope_id={dataset.pk}").content.decode()
    assert f'<option value="dataset:{dataset.pk}" selected' in page
    client.post(
        "/admin/access/grant/add/", {"everyone": "on", "role": "viewer", "effect": "allow", "place": f"dataset:{dataset.pk}", "ceiling": "public"}
    )
    assert Grant.objects.get(everyone=True).scope_id == dataset.pk


@pytest.mark.parametrize(
    "form", [{}, {"everyone": "on", "place": "source:999999"}, {"everyone": "on", "place": "planet:1"}, {"everyone": "on", "user": "me"}]
)
def test_a_grant_to_nobody_or_on_nothing_is_refused_on_the_page(client: Any, boss: User, form: dict[str, Any]) -> None:
    values = {"role": "viewer", "effect": "allow", "place": "portal", "ceiling": "public"} | form
    answer = client.post("/admin/access/grant/add/", {name: boss.pk if value == "me" else value for name, value in values.items()}, follow=True)
    assert answer.status_code == 200 and not Grant.objects.exists()


def test_who_can_see_this_says_who_and_why(client: Any) -> None:
    dataset = make_dataset()
    make_user("viewer", dataset.source, name="reader")
    make_user("viewer", make_source(), name="stranger")
    page = client.get(f"/admin/access/explain/?subject_type=dataset&subject_id={dataset.pk}").content.decode()
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "reader" in table and "boss" in table and "stranger" not in table and "Allowed by grant" in table
    missing = admin_client(make_user("viewer", make_source())).get(f"/admin/access/explain/?subject_type=dataset&subject_id={dataset.pk}")
    assert missing.status_code == 404


def test_who_can_see_this_is_asked_by_name(client: Any) -> None:
    dataset = make_dataset(name="orders")
    page = client.get(f"/admin/access/explain/?subject_type=dataset&subject_id={dataset.pk}").content.decode()
    assert "Who can see main.orders" in page and 'data-url="/admin/palette/things/"' in page and 'value="main.orders"' in page
    assert f'<input type="hidden" name="subject_id" value="{dataset.pk}">' in page


@pytest.mark.parametrize("kind", ["dataset", "source"])
def test_the_page_of_a_thing_leads_to_who_can_see_it(client: Any, kind: str) -> None:
    dataset = make_dataset()
    app, row = ("catalog", dataset) if kind == "dataset" else ("sources", dataset.source)
    page = client.get(f"/admin/{app}/{kind}/{row.pk}/change/").content.decode()
    assert f'href="/admin/access/explain/?subject_type={kind}&amp;subject_id={row.pk}"' in page


def test_a_persons_page_leads_to_what_they_can_see(client: Any) -> None:
    dataset = make_dataset(make_source("Shop"), name="orders")
    make_dataset(make_source("Lab"), name="samples")
    reader = make_user("viewer", dataset.source, name="reader")
    assert f'href="/admin/access/explain/?user={reader.pk}"' in client.get(f"{PEOPLE}{reader.pk}/change/").content.decode()
    page = client.get(f"/admin/access/explain/?user={reader.pk}").content.decode()
    main = page.partition("What reader can see")[2]
    assert "Shop" in main and "orders" in main and "samples" not in main


def test_an_asker_learns_no_name_that_they_do_not_see(db: None) -> None:
    shop, lab = make_source("Shop"), make_source("Lab")
    page = admin_client(make_user("viewer", shop)).get("/admin/access/explain/").content.decode()
    assert "your own access" in page and "Shop" in page.partition("What you can see")[2] and "Lab" not in page and lab.pk


def test_a_token_is_made_on_its_page_shown_once_and_revoked(client: Any, boss: User) -> None:
    secret = secret_in(client.post("/admin/identity/token/", {"name": "ci", "scope": ["read:people"], "days": "90"}))
    token = Token.objects.get(user=boss)
    assert token.prefix == secret[4:12] and token.scopes == ["read:people"] and token.expires_at is not None
    assert secret not in client.get("/admin/identity/token/").content.decode()
    client.post(f"/admin/identity/token/{token.pk}/revoke/")
    assert Token.objects.get(pk=token.pk).revoked is not None


def test_a_token_without_scope_or_name_is_refused_with_a_sentence(client: Any) -> None:
    for form in ({"name": "ci", "days": "90"}, {"name": " ", "scope": "*", "days": "90"}, {"name": "ci", "scope": "*", "days": "7"}):
        answer = client.post("/admin/identity/token/", form)
        assert answer.status_code == 400 and "No token was made" in answer.content.decode()
    assert not Token.objects.exists()


def test_others_tokens_are_seen_and_revoked_by_administrators_only(client: Any) -> None:
    api_client(make_user("viewer", name="grace"))
    token = Token.objects.get()
    assert "grace" in client.get("/admin/identity/token/?of=all").content.decode().partition("<tbody>")[2]
    stranger = admin_client(make_user("viewer"))
    assert token.prefix not in stranger.get("/admin/identity/token/?of=all").content.decode()
    assert stranger.post(f"/admin/identity/token/{token.pk}/revoke/").status_code == 404


def test_whoever_has_no_grant_is_told_whom_to_ask(boss: User) -> None:
    page = admin_client(make_user(name="newcomer")).get("/admin/").content.decode()
    assert "Nothing is shared with you yet" in page and "Administrators: <strong>boss</strong>" in page


def test_the_history_of_a_row_is_its_facts(client: Any) -> None:
    team = make_team()
    answer = client.get(f"/admin/identity/team/{team.pk}/history/")
    assert answer.status_code == 302 and answer.headers["Location"] == f"/admin/core/event/?subject_type=team&subject_id={team.pk}"


def test_the_form_of_a_grant_ignores_a_person_that_is_no_number() -> None:
    page = admin_client(make_user("administrator")).get("/admin/access/grant/add/?user=²&team=x&role=viewer")
    assert page.status_code == 200
