"""The sidebar and the palette lead nowhere that the reader may not go."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from django.utils.module_loading import import_string

from alerts.models import Alert
from governance import overview
from governance.navigation import GROUPS
from governance.sidebar import groups
from tests.factories import actor_for, admin_client, make_field, make_user

pytestmark = pytest.mark.django_db


def test_every_page_of_the_sidebar_opens() -> None:
    client = admin_client(make_user("administrator"))
    links = [item["link"] for group in groups(request_of(make_user("administrator"))) for item in group["items"]]
    assert "/admin/" in links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("role", ["", "viewer", "steward", "engineer", "auditor"])
def test_a_page_that_is_shown_may_be_opened(role: str) -> None:
    user = make_user(role)
    client = admin_client(user)
    links = [item["link"] for group in groups(request_of(user)) for item in group["items"]]
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_one_page_is_marked_as_the_present_one() -> None:
    user = make_user("administrator")
    for path, title in [("/admin/", "Overview"), ("/admin/catalog/dataset/5/change/", "Datasets")]:
        active = [item["title"] for group in groups(request_of(user, path)) for item in group["items"] if item["active"]]
        assert active == [title]


def test_badges_count_what_waits_for_the_reader() -> None:
    make_field()
    shown = {item["title"]: item.get("badge") for group in groups(request_of(make_user("steward"))) for item in group["items"]}
    assert shown["Decisions"] == 1
    shown = {
        item["title"]: item.get("badge") for group in groups(request_of(make_user("steward", make_field().dataset.source))) for item in group["items"]
    }
    assert shown["Decisions"] == 1


def test_the_badge_of_the_inbox_the_overview_and_the_first_tab_are_one_number() -> None:
    for at, state in enumerate(("firing", "firing", "acknowledged", "resolved")):
        over = timezone.now() if state == "resolved" else None
        Alert.objects.create(fingerprint=str(at), state=state, severity="error", title="it broke", resolved=over)
    user = make_user("administrator")
    badge = {item["title"]: item.get("badge") for group in groups(request_of(user)) for item in group["items"]}["Inbox"]
    card = next(one.value for one in overview.numbers(actor_for(user)) if one.label == "Open alerts")
    tab = admin_client(user).get("/admin/alerts/alert/").context["tabs"][0]
    assert (badge, card, tab["count"], tab["title"]) == (3, 3, 3, "Open")


def test_every_badge_is_a_function() -> None:
    badges = [page.badge for _, pages in GROUPS for page in pages if page.badge]
    assert badges and all(callable(import_string(badge)) for badge in badges)


def test_the_palette_finds_pages_and_datasets_that_the_reader_may_see() -> None:
    field = make_field()
    found = admin_client(make_user("administrator")).get("/admin/palette/", {"s": field.dataset.name}).content.decode()
    assert field.dataset.name in found
    hidden = admin_client(make_user()).get("/admin/palette/", {"s": field.dataset.name}).content.decode()
    assert "Nothing that you may see matches" in hidden and field.dataset.name not in hidden
    assert "/admin/sources/source/" in admin_client(make_user("administrator")).get("/admin/palette/", {"s": "sourc"}).content.decode()


def test_the_palette_asks_for_a_sign_in(client: object) -> None:
    assert client.get("/admin/palette/", {"s": "x"}).status_code == 302  # type: ignore[attr-defined]


def request_of(user: object, path: str = "/admin/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user  # type: ignore[assignment]
    return request
