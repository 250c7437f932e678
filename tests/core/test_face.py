"""What pages show: numbers in words, pictures, badges and changes."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from governance.core.face.changes import changes
from governance.core.face.numbers import human, human_bytes, human_duration, percent
from governance.core.face.svg import Bin, histogram, pieces, sparkline


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (9_999, "9,999"),
        (12_412, "12.4 k"),
        (1_234_567, "1.23 M"),
        (0.5, "0.5"),
        (-15_000, "-15 k"),
        (999_999, "1 M"),
        (999_400, "999 k"),
    ],
)
def test_numbers_are_short(value: float | None, words: str) -> None:
    assert human(value) == words


def test_sizes_and_spans_carry_their_unit() -> None:
    assert human_bytes(3_328_599_654) == "3.1 GB"
    assert human_duration(0.003214) == "3 ms"
    assert human_duration(200) == "3 min 20 s"
    assert human_duration(7_500) == "2 h 5 min"


def test_a_share_never_hides_the_last_row() -> None:
    assert percent(999_999, 1_000_000) == "99.9 %"
    assert percent(1, 1_000_000) == "< 0.01 %"
    assert percent(0, 10) == "0 %"
    assert percent(1, 0) == "–"


def test_a_sparkline_has_gaps_where_nothing_was_measured() -> None:
    assert pieces([1, 2, None, None, 3]) == [[(0, 1), (1, 2)], [(4, 3)]]
    assert sparkline([1, 2, None, 4, 5], label="rows").count("<polyline") == 2
    assert sparkline([None, 4], label="rows") == ""


def test_a_histogram_shows_the_smallest_bar() -> None:
    drawn = histogram([Bin("0", "9", 1), Bin("10", "19", 1_000_000), Bin("20", "29", 0)], label="ages")
    assert 'height="1.50"' in drawn
    assert "10 to 19: 1,000,000" in drawn
    assert 'height="0.00"' in drawn


def test_words_from_outside_are_escaped() -> None:
    drawn = histogram([Bin("<b>", "<i>", 1)], label='"x"') + sparkline([1, 2], label="<script>")
    assert "<script>" not in drawn and "<b>" not in drawn and "<i>" not in drawn


def test_a_badge_has_a_word_and_an_icon() -> None:
    badge = render('{% sensitivity "restricted" %}')
    assert "Restricted" in badge and "gpp_maybe" in badge
    assert "Complete, with failures" in render('{% state "complete" "partial" %}')
    assert "–" in render("{% severity nothing %}")


def test_an_unknown_state_is_shown_as_it_is() -> None:
    assert "Half done" in render('{% state "half_done" %}')


def test_a_bar_is_never_longer_than_its_track() -> None:
    assert "width:100.0%" in render("{% bar 12 10 %}")
    assert "–" in render("{% bar 1 0 %}")


def test_heat_shows_the_smallest_and_the_largest() -> None:
    assert [render(f"{{% heat {value} 100 %}}") for value in (0, 1, 25, 100)] == ["0", "1", "2", "5"]


def test_an_empty_value_of_a_change_has_a_word() -> None:
    found = changes({"description": "", "tags": [], "same": None}, {"description": "All customers", "tags": [1], "same": ""})
    assert [(one.name, one.before, one.after) for one in found] == [("description", "nothing", "All customers"), ("tags", "nothing", "[1]")]


def test_changes_name_what_came_went_and_changed() -> None:
    found = changes({"a": 1, "tags": {"x": True}, "gone": "y"}, {"a": 2, "tags": {"x": False}, "new": None})
    assert [(one.name, one.kind, one.before, one.after) for one in found] == [
        ("a", "changed", "1", "2"),
        ("tags.x", "changed", "yes", "no"),
        ("new", "added", None, "nothing"),
        ("gone", "removed", "y", None),
    ]


def render(template: str) -> str:
    return Template("{% load portal %}" + template).render(Context({}))
