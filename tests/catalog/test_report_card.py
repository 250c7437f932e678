"""The report card: precision and recall on one's own decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.catalog.models import Field
from governance.catalog.services import decide, undo
from governance.catalog.services.report_card import Share, report_card
from governance.core.access import SYSTEM
from tests.factories import api_client, find, make_dataset, make_field, make_source, make_user, nothing

pytestmark = pytest.mark.django_db


def decided(verdict: str, count: int, family: str = "email", entity: str = "", score: float = 0.97) -> list[Field]:
    return [decide(make_field(family=family, score=score), verdict=verdict, entity=entity, actor=SYSTEM) for _ in range(count)]  # type: ignore[arg-type]


def test_precision_counts_what_was_confirmed_as_suggested() -> None:
    decided("confirm", 8), decided("reject", 1), decided("set", 1, entity="USERNAME")
    line = next(one for one in report_card(SYSTEM).entities if one.key == "EMAIL_ADDRESS")
    assert (line.precision.right, line.precision.count, line.precision.is_enough) == (8, 10, True)
    assert dict(line.confused) == {"": 1, "USERNAME": 1}


def test_recall_counts_what_was_set_where_nothing_or_something_else_was_suggested() -> None:
    decided("confirm", 2), decided("set", 1, family="", entity="EMAIL_ADDRESS"), decided("set", 1, "username", "EMAIL_ADDRESS")
    line = next(one for one in report_card(SYSTEM).entities if one.key == "EMAIL_ADDRESS")
    assert (line.recall.right, line.recall.count, line.recall.is_enough) == (2, 4, False)
    assert dict(line.missed) == {"": 1, "USERNAME": 1}


def test_a_wrong_entity_of_the_right_family_counts_for_the_family() -> None:
    decided("set", 1, entity="EMAIL_ADDRESS"), decided("set", 1, "us_ssn", "PASSPORT")
    overall = report_card(SYSTEM).overall
    assert [(overall[name].right, overall[name].suggested) for name in ("entity", "family", "sensitive")] == [(1, 2), (1, 2), (2, 2)]


def test_intervals_are_wilsons() -> None:
    low, high = Share(81, 263).interval or (0, 0)
    # The worked example of Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(0, 0).interval is None and [round(one, 4) for one in Share(0, 20).interval or ()] == [0.0, 0.1611]


def test_a_decision_that_was_taken_back_does_not_count() -> None:
    undo(decided("confirm", 1)[0], actor=SYSTEM)
    card = report_card(SYSTEM)
    assert (card.decided, card.waiting, card.entities[0].waiting, card.error) == (0, 1, 1, None)


def test_calibration_compares_scores_with_what_was_right() -> None:
    decided("confirm", 3, score=0.95), decided("reject", 1, score=0.95), decided("reject", 2, score=0.55)
    card = report_card(SYSTEM)
    assert [(one["low"], one["count"], one["share"]) for one in card.bins if one["count"]] == [(0.5, 2, 0.0), (0.9, 4, 0.75)]
    assert card.error == pytest.approx((2 * 0.55 + 4 * 0.2) / 6)


def test_the_same_decisions_judge_what_is_suggested_now() -> None:
    field = decided("confirm", 1)[0]
    find(field.dataset, {"email": nothing()}, scan_id=2)
    assert [report_card(SYSTEM, basis=basis).overall["entity"].found for basis in ("then", "now")] == [1, 0]


def test_a_card_is_of_one_source_and_of_a_time() -> None:
    source = make_source()
    decide(make_field(make_dataset(source)), verdict="confirm", actor=SYSTEM)
    decided("reject", 1)
    assert report_card(SYSTEM, source=source.pk).overall["entity"].precision.value == 1.0
    assert report_card(SYSTEM, since=timezone.now() + timedelta(days=1)).decided == 0


def test_a_reader_gets_the_card_of_what_may_be_seen() -> None:
    fields = decided("confirm", 2)
    client = api_client(make_user("viewer", fields[0].dataset))
    assert client.get("/api/v1/report-card/").json()["decided"] == 1
    rows = client.get("/api/v1/report-card/fields/", {"entity": "EMAIL_ADDRESS", "what": "right"}).json()["results"]
    assert [row["id"] for row in rows] == [fields[0].pk]
    assert client.get("/api/v1/report-card/", {"sorce": 1}).status_code == 400


def test_the_card_is_a_file_too() -> None:
    decided("confirm", 1)
    answer: Any = api_client(make_user("auditor")).get("/api/v1/report-card/export/")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"entity","title","family"') and lines[1].startswith('"EMAIL_ADDRESS"')
