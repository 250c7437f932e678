"""ETags: unchanged details are not sent again, and nobody overwrites what they have not read."""

from __future__ import annotations

from typing import Any

import pytest

from security.identity.models import Team
from tests.factories import api_client, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return api_client(make_user("administrator"))


def test_what_did_not_change_is_not_sent_again(client: Any) -> None:
    url = f"/api/v1/teams/{make_team().pk}/"
    tag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304 and not again.content and again.headers["ETag"] == tag
    client.patch(url, {"description": "new"}, format="json")
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_a_change_of_what_was_changed_meanwhile_is_refused(client: Any) -> None:
    team = make_team()
    url = f"/api/v1/teams/{team.pk}/"
    tag = client.get(url).headers["ETag"]
    assert client.patch(url, {"description": "mine"}, format="json", headers={"If-Match": tag}).status_code == 200
    late = client.patch(url, {"description": "late"}, format="json", headers={"If-Match": tag})
    assert late.status_code == 412 and late.json()["code"] == "precondition_failed"
    assert Team.objects.get().description == "mine"
    assert client.patch(url, {"description": "any"}, format="json", headers={"If-Match": "*"}).status_code == 200
