"""The pages of sources, scans and schedules answer, say what to do, and obey the gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from governance.catalog.models import Dataset, Field
from governance.core.access import SYSTEM
from governance.scans import schedules, services
from governance.scans.models import ScanRun, Schedule
from governance.sources.models import Source
from intelligence.models import RuleSet
from tests.factories import admin_client, make_user
from tests.scans.running import scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return sqlite_source(sqlite_file(tmp_path / "shop.db"), "the shop")


@pytest.fixture
def admin() -> Client:
    return admin_client(make_user("administrator"))


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def test_every_page_answers(source: Source, admin: Client) -> None:
    run = scan(source)
    again = scan(source)
    schedule = schedules.create_schedule(source, actor=SYSTEM)
    rules = RuleSet.objects.get(is_default=True)
    assert "the shop" in text(admin, "/admin/sources/source/")
    assert "SQLite" in text(admin, "/admin/sources/source/add/")
    assert "config.path" in text(admin, "/admin/sources/source/add/?kind=sqlite")
    assert "config.password" in text(admin, "/admin/sources/source/add/?kind=postgresql")
    assert "people" in text(admin, f"/admin/sources/source/{source.pk}/change/")
    assert "the shop" in text(admin, f"/admin/sources/source/{source.pk}/edit/")
    assert f"Scan {again.pk}" in text(admin, "/admin/scans/scanrun/")
    assert "EMAIL_ADDRESS" in text(admin, f"/admin/scans/scanrun/{run.pk}/change/")
    assert f"Nothing differs from scan {run.pk}" in text(admin, f"/admin/scans/scanrun/{again.pk}/change/?with={run.pk}")
    assert "Every day at 02:00" in text(admin, "/admin/scans/schedule/")
    assert "The next runs" in text(admin, f"/admin/scans/schedule/{schedule.pk}/change/")
    assert "Standard" in text(admin, "/admin/intelligence/ruleset/")
    assert "Try it" in text(admin, f"/admin/intelligence/ruleset/{rules.pk}/change/")


def test_scan_now_is_one_click_and_a_second_click_leads_to_the_same_scan(source: Source, admin: Client) -> None:
    first = admin.post(f"/admin/sources/source/{source.pk}/scan/")
    run = ScanRun.objects.get(source=source)
    assert first.headers["Location"] == f"/admin/scans/scanrun/{run.pk}/change/"
    assert admin.post(f"/admin/sources/source/{source.pk}/scan/").headers["Location"] == first.headers["Location"]
    assert ScanRun.objects.count() == 1


def test_everything_is_read_again_when_asked(source: Source, admin: Client) -> None:
    scan(source)
    assert "Read everything again" in text(admin, f"/admin/sources/source/{source.pk}/change/")
    admin.post(f"/admin/sources/source/{source.pk}/scan/", {"is_full": "on"})
    assert ScanRun.objects.latest("pk").is_full


def test_every_value_is_checked_when_asked(source: Source, admin: Client) -> None:
    scan(source)
    assert "Check every value" in text(admin, f"/admin/sources/source/{source.pk}/change/")
    admin.post(f"/admin/sources/source/{source.pk}/scan/", {"depth": "values"})
    run = ScanRun.objects.latest("pk")
    assert run.depth == "values" and "every value is checked" in text(admin, f"/admin/scans/scanrun/{run.pk}/change/")


def test_a_field_says_what_its_sample_does_not_miss(tmp_path: Path, admin: Client) -> None:
    rows = [(at, f"person{at}@firm.example", "", 1) for at in range(9_000)]
    source = sqlite_source(sqlite_file(tmp_path / "large.db", {"people": rows}), "large")
    scan(source)
    page = f"/admin/catalog/field/{Field.objects.get(name='email').pk}/change/"
    assert "a sample of 3,000 of 9,000 rows" in text(admin, page) and "0.1 % of the rows is seen with 95 % certainty" in text(admin, page)
    dataset = Dataset.objects.get(name="people")
    assert (dataset.profile or {})["sample"] == {"rows": 3_000, "method": "uniform 3,000 of 9,000 rows"}
    dataset.profile = (dataset.profile or {}) | {"method": "the first 5,000 rows: row budget"}
    dataset.save()
    assert "It was not drawn from all rows" in text(admin, page)


def test_the_stages_that_do_nothing_say_so(source: Source, admin: Client) -> None:
    page = text(admin, f"/admin/scans/scanrun/{scan(source).pk}/change/")
    assert page.count("not in this version") == 3


def test_a_viewer_sees_no_button_and_may_not_post(source: Source) -> None:
    viewer = admin_client(make_user("viewer", source))
    page = text(viewer, f"/admin/sources/source/{source.pk}/change/")
    assert "Scan now" not in page.replace("Press “Scan now”", "") and "Remove" not in page
    assert viewer.post(f"/admin/sources/source/{source.pk}/scan/").status_code == 403
    assert viewer.post(f"/admin/sources/source/{source.pk}/delete/").status_code == 403


def test_somebody_without_a_grant_does_not_see_the_source(source: Source) -> None:
    stranger = admin_client(make_user())
    run = services.start_scan(source, has_workers=False, actor=SYSTEM)
    assert "the shop" not in text(stranger, "/admin/sources/source/")
    text(stranger, f"/admin/sources/source/{source.pk}/change/", 404)
    text(stranger, f"/admin/scans/scanrun/{run.pk}/change/", 404)


def test_a_source_is_added_through_the_form(tmp_path: Path, admin: Client) -> None:
    path = sqlite_file(tmp_path / "crm.db")
    answer = admin.post("/admin/sources/source/add/?kind=sqlite", {"name": "crm", "config.path": str(path)})
    source = Source.objects.get(name="crm")
    assert answer.headers["Location"] == f"/admin/sources/source/{source.pk}/change/"
    assert source.check_result is not None and source.check_result["is_reachable"]


def test_a_wrong_config_is_told_beside_its_field_and_nothing_is_saved(admin: Client) -> None:
    answer = admin.post("/admin/sources/source/add/?kind=postgresql", {"name": "crm", "config.host": "", "config.port": "99999"})
    page = answer.content.decode()
    assert (
        answer.status_code == 200
        and "Give 65535 or less." in page
        and 'id="id_port_errors"' in page
        and not Source.objects.filter(name="crm").exists()
    )


def test_a_test_of_the_connection_says_that_it_works_and_what_it_may_see(source: Source, admin: Client) -> None:
    page = admin.post(f"/admin/sources/source/{source.pk}/check/", follow=True).content.decode()
    assert "The connection works: SQLite" in page and re.search(r"</span>yes</span>\s*<span class=\"gp-list__words\">Read-only", page)


def test_a_stored_secret_is_never_shown_and_kept_when_left_empty(admin: Client) -> None:
    form = {"name": "crm", "config.host": "127.0.0.1", "config.port": "1", "config.database": "crm", "config.user": "reader", "config.tls": "prefer"}
    admin.post("/admin/sources/source/add/?kind=postgresql", {**form, "config.password": "open-sesame-4711"})
    source = Source.objects.get(name="crm")
    assert "open-sesame-4711" not in text(admin, f"/admin/sources/source/{source.pk}/edit/") + text(
        admin, f"/admin/sources/source/{source.pk}/change/"
    )
    admin.post(f"/admin/sources/source/{source.pk}/edit/", {**form, "name": "crm 2"})
    source.refresh_from_db()
    assert source.name == "crm 2" and "open-sesame-4711" in source.connection_config().values()


def test_a_schedule_is_made_and_removed_in_the_admin(source: Source, admin: Client) -> None:
    form = {"source": source.pk, "every": "weekly", "weekday": "2", "at": "04:30", "time_zone": "Europe/Berlin", "is_enabled": "on"}
    admin.post("/admin/scans/schedule/add/", form)
    schedule = Schedule.objects.get(source=source)
    assert schedules.words(schedule) == "Every Wednesday at 04:30 (Europe/Berlin)" and schedule.task is not None
    admin.post(f"/admin/scans/schedule/{schedule.pk}/delete/")
    assert not Schedule.objects.exists()
