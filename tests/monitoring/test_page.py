"""/admin/live/: who sees it, and what its charts draw."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from monitoring import charts
from monitoring.collecting import Station
from tests.factories import admin_client, make_user
from tests.portal import until

pytestmark = pytest.mark.django_db


def test_somebody_who_may_view_the_portal_opens_it() -> None:
    answer = admin_client(make_user("viewer")).get(reverse("admin:live"))
    assert answer.status_code == 200 and answer.content.count(b"data-chart=") == sum(len(group.charts) for group in charts.GROUPS)


def test_a_host_that_does_not_measure_processes_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.admin.store.latest_frames", lambda: [{"instance": "of another release"}])
    assert admin_client(make_user("viewer")).get(reverse("admin:live")).status_code == 200


def test_others_are_refused_and_strangers_sign_in_first(client: Client) -> None:
    assert admin_client(make_user()).get(reverse("admin:live")).status_code == 403
    assert client.get(reverse("admin:live")).headers["Location"].startswith(reverse("admin:login"))


def test_every_line_of_every_chart_leads_to_something_that_is_measured() -> None:
    station = Station("charts")
    station.holds_lease = True

    def lost() -> list[str]:
        for part in station.parts:
            part.measure(0.0)
        present = paths(station.frame())
        lines = [line for group in charts.GROUPS for chart in group.charts for line in chart.lines]
        return [line.path for line in lines if not any(re.fullmatch(re.escape(line.path).replace(r"\*", ".+"), path) for path in present)]

    # The first shares and rates come with the second reading, once the processor's clock has moved.
    until(lambda: not lost(), "a value or a reason for every line", lambda: ", ".join(lost()))


def paths(part: object, path: str = "") -> list[str]:
    if isinstance(part, dict) and not ("reason" in part and part.get("value", 0) is None):
        return [found for name, value in part.items() for found in paths(value, f"{path}.{name}".lstrip("."))]
    return [path]
