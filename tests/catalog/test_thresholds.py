"""Thresholds that are moved after a look at what would change, without reading anything again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from governance.catalog.models import Dataset, Field, FindingChange
from governance.catalog.services import decide, thresholding
from governance.core.access import SYSTEM
from governance.core.errors import Denied, InvalidInput
from governance.core.models import Event
from governance.sources.models import Source
from intelligence import rule_sets
from intelligence.classification import Settings
from intelligence.models import RuleSet
from tests.factories import actor_for, api_client, find, make_dataset, make_field, make_source, make_user, verdict

pytestmark = pytest.mark.django_db


def rules() -> RuleSet:
    rule_sets.ensure_default()
    return RuleSet.objects.get(is_default=True)


def faint(score: float = 0.4, source: Source | None = None) -> Field:
    """A field whose candidate stayed below the threshold."""
    dataset = make_dataset(source)
    find(dataset, {"email": replace(verdict(score=score), entity=None, family=None, evidence=[], examples=[])})
    return Field.objects.get(dataset=dataset, name="email")


def test_a_preview_tells_what_goes_and_what_comes_and_changes_nothing() -> None:
    low, high = make_field(score=0.6), make_field(score=0.9)
    told = thresholding.preview(rules(), thresholds={"email": 0.8}, actor=SYSTEM)
    assert [(one.field_id, one.change) for one in told.moved] == [(low.pk, "disappears")]
    assert [one.change for one in thresholding.preview(rules(), threshold=0.95, actor=SYSTEM).moved] == ["disappears", "disappears"]
    assert Field.objects.filter(pk__in=[low.pk, high.pk], state="suggested").count() == 2


def test_a_lower_threshold_brings_up_what_stayed_below() -> None:
    field = faint(0.4)
    told = thresholding.preview(rules(), thresholds={"EMAIL_ADDRESS": 0.3}, actor=SYSTEM).as_json(SYSTEM)
    assert (told["appears"], told["fields"][0]["id"], told["fields"][0]["after"]) == (1, field.pk, "EMAIL_ADDRESS")


def test_moving_is_a_new_version_and_suggests_again_at_once() -> None:
    found, standard = faint(0.4), rules()
    assert thresholding.move(standard, thresholds={"email": 0.3}, actor=SYSTEM) == {"appears": 1, "disappears": 0, "changes": 0}
    found.refresh_from_db()
    assert (found.entity, found.family, found.state, found.score) == ("EMAIL_ADDRESS", "email", "suggested", 0.4)
    assert rule_sets.current(standard).number == 2 and Dataset.objects.get().sensitive_fields == 1
    line = FindingChange.objects.get(field=found)
    assert (line.cause, line.before_entity, line.rules_after) == ("threshold", "", "Standard v2")
    assert Event.objects.filter(type="catalog.sensitive.found").count() == 1


def test_moving_back_takes_away_again() -> None:
    field, standard = make_field(score=0.6), rules()
    thresholding.move(standard, thresholds={"email": 0.8}, actor=SYSTEM)
    field.refresh_from_db()
    assert (field.entity, field.state, Dataset.objects.get().sensitivity) == ("", "none", "public")
    assert thresholding.move(standard, thresholds={"email": None}, actor=SYSTEM)["appears"] == 1
    assert rule_sets.settings_of(rule_sets.current(standard)) == Settings()


def test_an_entitys_own_threshold_wins_over_its_familys() -> None:
    settings = Settings(threshold=0.5, thresholds={"email": 0.8, "EMAIL_ADDRESS": 0.3})
    assert [settings.threshold_for(*pair) for pair in (("EMAIL_ADDRESS", "email"), ("OTHER", "email"), ("PHONE", "phone"))] == [0.3, 0.8, 0.5]
    assert Settings.from_json(settings.as_json()) == settings


def test_decided_fields_keep_what_was_decided() -> None:
    field = decide(make_field(score=0.6), verdict="confirm", actor=SYSTEM)
    told = thresholding.preview(rules(), thresholds={"email": 0.8}, actor=SYSTEM)
    assert (told.moved, told.decided) == ([], 1)
    thresholding.move(rules(), thresholds={"email": 0.8}, actor=SYSTEM)
    field.refresh_from_db()
    assert (field.entity, field.state) == ("EMAIL_ADDRESS", "confirmed")


def test_a_preview_shows_the_report_card_before_and_after() -> None:
    for score, word in ((0.6, "reject"), (0.9, "confirm"), (0.95, "confirm")):
        decide(make_field(score=score), verdict=word, actor=SYSTEM)  # type: ignore[arg-type]
    told = thresholding.preview(rules(), thresholds={"email": 0.8}, actor=SYSTEM)
    assert told.before is not None and told.after is not None
    before, after = told.before.overall["entity"], told.after.overall["entity"]
    assert (before.precision.right, before.precision.count) == (2, 3)
    assert (after.precision.value, after.recall.value) == (1.0, 1.0)


def test_a_sources_own_threshold_leaves_other_sources_alone() -> None:
    one, other = make_source(), make_source()
    mine, theirs = make_field(make_dataset(one), score=0.6), make_field(make_dataset(other), score=0.6)
    assert thresholding.move(one, thresholds={"email": 0.8}, actor=SYSTEM)["disappears"] == 1
    assert [Field.objects.get(pk=field.pk).state for field in (mine, theirs)] == ["none", "suggested"]
    assert Source.objects.get(pk=one.pk).classification == {"thresholds": {"email": 0.8}}
    thresholding.move(one, thresholds={"email": None}, actor=SYSTEM)
    assert Source.objects.get(pk=one.pk).classification == {}


def test_what_nobody_knows_is_refused() -> None:
    for wrong in ({"thresholds": {"EMIAL": 0.5}}, {"thresholds": {"email": 1.5}}, {"threshold": 0.0}, {}):
        with pytest.raises(InvalidInput):
            thresholding.preview(rules(), **wrong, actor=SYSTEM)


def test_only_who_may_manage_moves_thresholds() -> None:
    with pytest.raises(Denied):
        thresholding.move(rules(), threshold=0.6, actor=actor_for(make_user("steward")))


def test_thresholds_are_moved_over_rest() -> None:
    make_field(score=0.6)
    client, body = api_client(make_user("administrator", ceiling="restricted")), {"rule_set": rules().pk, "thresholds": {"email": 0.8}}
    told = client.post("/api/v1/thresholds/preview/", body, format="json").json()
    assert (told["disappears"], told["fields"][0]["name"]) == (1, "email")
    assert client.post("/api/v1/thresholds/", body, format="json").json()["disappears"] == 1
    assert client.post("/api/v1/thresholds/preview/", {"thresholds": {}}, format="json").status_code == 400
