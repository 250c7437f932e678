"""`/api/v1/grants/`, `access/explain/`, `teams/`: who may give what to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from governance.catalog.models import Domain
from governance.core.access import SYSTEM
from governance.core.errors import Conflict
from governance.core.models import Event
from security.access import services
from security.access.models import Grant
from security.identity import services as people
from security.identity.models import Team
from tests.factories import actor_for, api_client, grant, make_dataset, make_source, make_team, make_user

pytestmark = pytest.mark.django_db
GRANTS = "/api/v1/grants/"


def give(client: Any, **values: Any) -> Any:
    return client.post(GRANTS, {"role": "viewer"} | values, format="json")


def test_an_administrator_gives_changes_and_takes_away() -> None:
    client = api_client(make_user(is_superuser=True))
    user, source = make_user(), make_source()
    made = give(client, user=user.pk, role="steward", scope="source", scope_id=source.pk, reason="asked")
    assert made.status_code == 201 and made.json()["ceiling"] == "internal"
    url = f"{GRANTS}{made.json()['id']}/"
    assert client.patch(url, {"role": "engineer"}, format="json").json()["role"] == "engineer"
    assert client.delete(url).status_code == 204 and client.get(url).status_code == 404
    assert list(Event.objects.filter(type__startswith="access.").order_by("id").values_list("type", flat=True)) == [
        "access.grant.created", "access.grant.changed", "access.grant.deleted",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["viewer", "steward", "engineer", "auditor"])
def test_nobody_but_an_administrator_gives_anything(role: str) -> None:
    user = make_user(role)
    answer = give(api_client(user), user=user.pk, role="administrator")
    assert answer.status_code == 403 and Grant.objects.count() == 1
    own = Grant.objects.get()
    assert api_client(user).patch(f"{GRANTS}{own.pk}/", {"role": "administrator"}, format="json").status_code == 403
    assert api_client(user).delete(f"{GRANTS}{own.pk}/").status_code == 403


def test_the_administrator_of_a_source_gives_within_it_only() -> None:
    dataset, other = make_dataset(), make_dataset()
    client = api_client(make_user("administrator", dataset.source))
    user = make_user()
    assert give(client, user=user.pk, scope="source", scope_id=dataset.source_id).status_code == 201
    assert give(client, user=user.pk, scope="dataset", scope_id=dataset.pk).status_code == 201
    hidden = give(client, user=user.pk, scope="dataset", scope_id=other.pk)
    missing = give(client, user=user.pk, scope="dataset", scope_id=10**9)
    assert hidden.status_code == missing.status_code == 400
    assert hidden.json()["detail"].replace(str(other.pk), "#") == missing.json()["detail"].replace(str(10**9), "#")
    assert give(client, user=user.pk).status_code == 403
    seen = {(one["scope"], one["scope_id"]): one["id"] for one in client.get(GRANTS).json()["results"]}
    assert set(seen) == {("source", dataset.source_id), ("dataset", dataset.pk)}
    url = f"{GRANTS}{seen['dataset', dataset.pk]}/"
    assert client.patch(url, {"scope_id": other.pk}, format="json").status_code == 400
    assert client.patch(url, {"role": "steward"}, format="json").status_code == 200 and client.delete(url).status_code == 204


def test_nobody_gives_a_higher_ceiling_than_their_own() -> None:
    client = api_client(make_user("administrator", ceiling="confidential"))
    assert give(client, user=make_user().pk, ceiling="restricted").status_code == 403
    assert give(client, user=make_user().pk, ceiling="confidential").status_code == 201


@pytest.mark.parametrize(
    "values", [{}, {"everyone": True, "scope": "source"}, {"everyone": True, "scope": "galaxy"}, {"everyone": True, "expires_at": "2001-01-01T00:00:00Z"},
               {"everyone": True, "scope": "source", "scope_id": 10**9}, {"everyone": True, "role": "king"}, {"user": 10**9}]
)  # fmt: skip
def test_a_grant_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    answer = give(api_client(make_user(is_superuser=True)), **values)
    assert answer.status_code == 400 and answer.json()["errors"] and not Grant.objects.exists()


def test_the_last_administrator_cannot_be_removed_in_any_way() -> None:
    boss = make_user("administrator")
    team = make_team(members=[make_user()])
    for act in (
        lambda: services.delete_grant(Grant.objects.get(user=boss), actor=SYSTEM),
        lambda: services.change_grant(Grant.objects.get(user=boss), actor=SYSTEM, role="viewer"),
        lambda: services.create_grant(user=boss, role="administrator", effect="deny", actor=SYSTEM),
        lambda: people.deactivate_person(boss, actor=SYSTEM),
    ):
        with pytest.raises(Conflict, match="nobody who can administer"):
            act()
    assert User.objects.get(pk=boss.pk).is_active and Grant.objects.get().role == "administrator"
    services.create_grant(team=team, role="administrator", actor=SYSTEM)
    services.delete_grant(Grant.objects.get(user=boss), actor=SYSTEM)
    with pytest.raises(Conflict):
        people.delete_team(team, actor=SYSTEM)
    with pytest.raises(Conflict):
        people.change_team(team, members=[], actor=SYSTEM)
    assert Team.objects.get().members.count() == 1


def test_a_change_takes_effect_with_the_next_request() -> None:
    source = make_source()
    client, boss = api_client(user := make_user()), api_client(make_user(is_superuser=True))
    url = f"/api/v1/sources/{source.pk}/"
    assert client.get(url, headers={"X-Request-ID": "same-request"}).status_code == 404
    made = give(boss, user=user.pk, scope="source", scope_id=source.pk).json()
    assert client.get(url, headers={"X-Request-ID": "same-request"}).status_code == 200
    boss.delete(f"{GRANTS}{made['id']}/")
    assert client.get(url).status_code == 404


def test_explain_names_the_grants_that_decide() -> None:
    dataset = make_dataset()
    user = make_user("viewer")
    denial = grant(user, "viewer", dataset.source, effect="deny")
    client = api_client(make_user(is_superuser=True))
    ask: dict[str, Any] = {"user": user.pk, "action": "view", "subject_type": "dataset", "subject_id": dataset.pk}
    answer = client.get("/api/v1/access/explain/", ask).json()
    assert answer["is_allowed"] is False and "denial comes before" in answer["why"]
    assert {one["id"]: one["decides"] for one in answer["grants"]} == {denial.pk: True, Grant.objects.get(effect="allow").pk: False}
    Grant.objects.filter(pk=denial.pk).delete()
    answer = client.get("/api/v1/access/explain/", ask).json()
    assert answer["is_allowed"] is True and answer["ceiling"] == "internal" and answer["grants"][0]["decides"] is True


def test_explain_says_what_is_missing() -> None:
    client = api_client(make_user("auditor"))
    dataset = make_dataset(domain=Domain.objects.create(name="Sales"))
    stranger, viewer = make_user(), make_user("viewer", dataset)
    ask: dict[str, Any] = {"subject_type": "dataset", "subject_id": dataset.pk, "action": "edit"}
    assert "steward, administrator" in client.get("/api/v1/access/explain/", ask | {"user": stranger.pk}).json()["why"]
    assert "do not include" in client.get("/api/v1/access/explain/", ask | {"user": viewer.pk}).json()["why"]
    assert "superuser" in client.get("/api/v1/access/explain/", ask | {"user": make_user(is_superuser=True).pk}).json()["why"]


def test_everybody_may_ask_about_themselves_and_nobody_else() -> None:
    dataset = make_dataset()
    client: Any = api_client(make_user("viewer", dataset))
    assert client.get("/api/v1/access/explain/", {"subject_type": "dataset", "subject_id": dataset.pk}).json()["is_allowed"] is True
    assert client.get("/api/v1/access/explain/", {"user": make_user().pk}).status_code == 403
    assert client.get("/api/v1/access/explain/", {"subject_type": "dataset", "subject_id": make_dataset().pk}).status_code == 404


def test_whoever_joins_a_team_gets_what_it_was_granted_and_loses_it_again() -> None:
    source, user = make_source(), make_user()
    team = make_team()
    services.create_grant(team=team, role="viewer", scope="source", scope_id=source.pk, actor=SYSTEM)
    client, boss = api_client(user), api_client(make_user("administrator"))
    for members, status in (([user.pk], 200), ([], 404)):
        assert boss.patch(f"/api/v1/teams/{team.pk}/", {"members": members}, format="json").json()["members"] == members
        assert client.get(f"/api/v1/sources/{source.pk}/").status_code == status


def test_teams_are_changed_by_administrators_only() -> None:
    team = make_team()
    client = api_client(make_user("engineer"))
    assert client.get(f"/api/v1/teams/{team.pk}/").status_code == 200
    assert client.patch(f"/api/v1/teams/{team.pk}/", {"name": "x"}, format="json").status_code == 403
    assert client.delete(f"/api/v1/teams/{team.pk}/").status_code == 403
    assert client.post("/api/v1/teams/", {"name": "x"}, format="json").status_code == 403


def test_a_service_refuses_whoever_may_not() -> None:
    actor = actor_for(make_user("viewer"))
    with pytest.raises(Exception, match="may not administer"):
        people.create_person(username="x", actor=actor)
    with pytest.raises(Exception, match="may not administer"):
        services.create_grant(everyone=True, role="viewer", actor=actor)
