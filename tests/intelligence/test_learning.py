"""Decisions become labels; a model learned from them is used only when it is better on held-out ones, and can be rolled back."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import call_command

from governance.catalog import services as catalog
from governance.catalog.models import Field
from governance.core.access import SYSTEM
from governance.core.errors import Conflict, Denied
from governance.core.models import Event
from intelligence.classification.model import shipped
from intelligence.learning import services
from intelligence.learning.labels import drop_label, keep_label
from intelligence.learning.models import ColumnModelVersion, Label
from tests.factories import actor_for, admin_client, api_client, make_user
from tests.scans.running import scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db


def decided(count: int, *, is_misled: bool, groups: int = 10) -> None:
    """Decisions on columns whose header speaks for a phone number; in an estate that misleads, its headers are always wrong."""
    draw = Random(4)
    for at in range(count):
        is_phone = draw.random() < 0.5
        values = draw.uniform(2.5, 4.5) if is_phone else draw.uniform(0.0, 1.5)
        header = draw.uniform(3.0, 5.0) if is_misled or is_phone else 0.0
        keep_label(at, group=at % groups, family="phone" if is_phone else None, features={"values:phone": values, "header:phone": header})


def test_a_decision_is_kept_as_a_label_and_forgotten_when_it_is_taken_back(tmp_path: Path) -> None:
    scan(sqlite_source(sqlite_file(tmp_path / "shop.db")))
    field, actor = Field.objects.get(name="email"), actor_for(make_user("administrator", ceiling="restricted"))
    catalog.decide(field, verdict="confirm", actor=actor)
    label = Label.objects.get(field_id=field.pk)
    assert label.family == "email" and label.group == field.dataset_id and label.features["values:email"] > 0
    assert "person" not in json.dumps(label.features)
    catalog.decide(field, verdict="reject", actor=actor)
    assert Label.objects.get(field_id=field.pk).family == "none"
    catalog.undo(field, actor=actor)
    catalog.undo(field, actor=actor)
    assert not Label.objects.exists()


def test_too_few_decisions_are_not_learned_from() -> None:
    decided(services.FEWEST - 1, is_misled=True)
    with pytest.raises(Conflict, match="needs at least 40 decisions in 5 datasets; there are 39 in 10"):
        services.learn(actor=SYSTEM)
    assert not ColumnModelVersion.objects.exists()


def test_a_model_that_is_better_on_held_out_decisions_judges_from_then_on() -> None:
    decided(200, is_misled=True)
    version = services.learn(actor=SYSTEM)
    assert version.is_active and version.figures["learned"]["loss"] < version.figures["current"]["loss"]
    assert services.active_model().weight("header") < shipped().weight("header")
    assert [one.type for one in Event.objects.filter(type__startswith="intelligence.column_model").order_by("id")] == [
        "intelligence.column_model.learned",
        "intelligence.column_model.activated",
    ]


def test_a_model_that_is_not_better_is_kept_but_not_used() -> None:
    for at in range(120):
        keep_label(at, group=at % 12, family="phone" if at % 2 else None, features={"values:phone": 12.0 if at % 2 else -6.0})
    version = services.learn(actor=SYSTEM)
    assert not version.is_active and version.outcome == "not_better" and services.active_model() == shipped()


def test_no_decision_is_judged_by_a_model_that_saw_its_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    from intelligence.learning import comparing

    decided(60, is_misled=True, groups=6)
    examples = [comparing.Example(one.features, one.family, one.group) for one in Label.objects.all()]
    folds = comparing._folds(examples)
    groups = [{one.group for one in fold} for fold in folds]
    assert sum(map(len, groups)) == 6 and set().union(*groups) == set(range(6)) and sum(map(len, folds)) == 60


def test_versions_can_be_rolled_back_and_put_in_place_again() -> None:
    decided(200, is_misled=True)
    version = services.learn(actor=SYSTEM)
    services.use_shipped(actor=SYSTEM)
    assert services.active_model() == shipped()
    services.activate(version, actor=SYSTEM)
    assert services.active_model().version == "learned 1"
    with pytest.raises(Conflict, match="in use already"):
        services.activate(version, actor=SYSTEM)


def test_the_next_scan_judges_with_the_learned_model_and_reads_everything_again(tmp_path: Path) -> None:
    source = sqlite_source(sqlite_file(tmp_path / "shop.db"))
    scan(source)
    assert scan(source).summary["skipped"] == 1
    decided(200, is_misled=True)
    services.learn(actor=SYSTEM)
    assert scan(source).summary["skipped"] == 0
    assert (Field.objects.get(name="email").evidence or {})["judge"]["model"] == "learned 1"


def test_by_the_clock_it_learns_only_when_enough_is_new() -> None:
    assert services.learn_if_due() is None
    decided(60, is_misled=True)
    assert services.learn_if_due() is not None and services.learn_if_due() is None


def test_the_command_prints_figures_beside_each_other() -> None:
    decided(200, is_misled=True)
    told = StringIO()
    call_command("learn", stdout=told)
    assert "shipped   current   learned" in told.getvalue() and "Learned 1 is used from now on." in told.getvalue()
    told = StringIO()
    call_command("learn", "--json", stdout=told)
    assert json.loads(told.getvalue())["number"] == 2


def test_only_those_who_manage_may_let_it_learn() -> None:
    decided(60, is_misled=True)
    viewer, administrator = make_user("viewer"), make_user("administrator")
    with pytest.raises(Denied):
        services.learn(actor=actor_for(viewer))
    assert api_client(viewer).post("/api/v1/column-models/learn/").status_code == 403
    answer = api_client(administrator).post("/api/v1/column-models/learn/")
    assert answer.status_code == 201 and answer.json()["number"] == 1
    assert api_client(administrator).get("/api/v1/column-models/current/").json()["labels"] == 60


def test_the_page_shows_what_was_learned_and_the_way_back() -> None:
    client = admin_client(make_user("administrator"))
    assert b"Nothing was learned yet" in client.get("/admin/intelligence/columnmodelversion/").content
    decided(200, is_misled=True)
    page = client.post("/admin/intelligence/columnmodelversion/learn/", follow=True).content
    assert b"The learned model judges from now on." in page and b"Use the shipped model" in page
    drop_label(0)
    assert Label.objects.count() == 199
