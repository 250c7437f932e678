"""What every connector does, on the same data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from governance.core.errors import Cancelled
from governance.sources.connectors.base import CONNECTORS, Connector, Limits
from governance.sources.connectors.measure import add_sample
from governance.sources.connectors.merge import merge
from tests.connectors.estates import ESTATES, FIRST_DAY, PEOPLE, Estate
from tests.connectors.server import Server


@pytest.fixture(scope="module", params=ESTATES)
def estate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: Server) -> Estate:
    return ESTATES[request.param](tmp_path_factory.mktemp(request.param), server)


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path, server: Server, estate: Estate) -> Estate:
    """An estate that the test may change."""
    name = request.node.callspec.params["estate"]
    folder = tmp_path / f"{name}_changed"
    folder.mkdir()
    return ESTATES[name](folder, server)


@pytest.fixture
def connector(estate: Estate) -> Iterator[Connector]:
    with estate.open() as opened:
        yield opened


def test_every_kind_says_what_its_fields_are() -> None:
    for kind in CONNECTORS:
        found = CONNECTORS.get(kind)
        assert found.kind == kind and found.label
        assert all(field.title and field.description for field in found.Config.model_fields.values())


def test_a_check_says_what_can_be_seen(connector: Connector) -> None:
    found = connector.check()
    assert found.is_reachable and found.version and found.latency > 0
    assert len(found.capabilities) >= 4 and all(one.name and one.detail.endswith((".", "public")) for one in found.capabilities if one.detail)


def test_a_listing_names_columns_types_and_structure(connector: Connector, estate: Estate) -> None:
    people = estate.people(connector)
    kinds = [(field.name, field.kind) for field in people.fields][:4]
    assert kinds == [("id", "integer"), ("name", "text"), ("born", "date"), ("paid", "decimal")]
    assert people.structure and people.fingerprint and not people.error
    assert [field.position for field in people.fields] == list(range(1, len(people.fields) + 1))


def test_a_listing_is_narrowed_by_patterns(connector: Connector, estate: Estate) -> None:
    key = ".".join((*estate.people(connector).path, estate.name))
    assert [one.name for one in connector.datasets([key.upper()])] == [estate.name]
    assert list(connector.datasets(["nothing.*"])) == []


def test_the_fingerprint_changes_with_the_rows_only(fresh: Estate) -> None:
    with fresh.open() as first, fresh.open() as second:
        before = fresh.people(first)
        assert fresh.people(second).fingerprint == before.fingerprint
    fresh.grow()
    with fresh.open() as third:
        after = fresh.people(third)
    assert after.fingerprint != before.fingerprint and after.structure == before.structure


def test_a_small_dataset_is_sampled_whole(connector: Connector, estate: Estate) -> None:
    sample = connector.sample(estate.people(connector), 1000)
    assert sample.rows == PEOPLE and sample.method == "all rows"
    assert sorted(sample.columns[0]) == list(range(1, PEOPLE + 1))
    assert sample.columns[1].count(None) == PEOPLE // 10
    born = dict(zip(sample.columns[0], sample.columns[2], strict=True))
    assert born[7] == FIRST_DAY + timedelta(days=7)


def test_a_sample_is_uniform_and_the_same_for_the_same_seed(connector: Connector, estate: Estate) -> None:
    people = estate.people(connector)
    one, again, other = (connector.sample(people, 100, seed=seed).columns[0] for seed in (1, 1, 2))
    assert one == again and sorted(one) != sorted(other)
    assert len(set(one)) == 100 and 180 < sum(one) / 100 < 320


def test_a_profile_measures_every_column(connector: Connector, estate: Estate) -> None:
    profile = connector.profile(estate.people(connector))
    number, name, born, paid = profile.fields[:4]
    assert (profile.rows, profile.read, profile.rejected, profile.method) == (PEOPLE, PEOPLE, 0, "all rows")
    assert (number.nulls, number.distinct, number.distinct_is_exact, number.minimum, number.maximum) == (0, 500, True, 1, 500)
    assert number.mean == 250.5 and number.stddev == pytest.approx(144.48, abs=0.01)
    assert (name.nulls, name.distinct, name.minimum, name.maximum) == (50, 450, "name 0001", "name 0499")
    assert (name.length_min, name.length_max, name.length_mean, name.empty) == (9, 9, 9, 0)
    assert (born.minimum, born.maximum) == (date(1950, 1, 2), date(1951, 5, 16))
    assert paid.mean == pytest.approx(62.625) and float(paid.maximum) == 125


def test_the_sample_adds_what_the_query_did_not_measure(connector: Connector, estate: Estate) -> None:
    people = estate.people(connector)
    profile = connector.profile(people)
    add_sample(profile.fields, connector.sample(people, 1000))
    assert profile.fields[0].quantiles == [25, 125, 250, 375, 475]
    assert profile.fields[1].shapes == [("aaaa 9999", 450)]
    assert sum(count for _, _, count in profile.fields[2].histogram or ()) == PEOPLE


def test_a_preview_shows_the_first_rows(connector: Connector, estate: Estate) -> None:
    preview = connector.preview(estate.people(connector), 5)
    assert preview.rows == 5 and [len(column) for column in preview.columns] == [5] * len(preview.fields)


def test_the_row_budget_is_kept_and_told(estate: Estate) -> None:
    with estate.open(Limits(row_budget=100)) as connector:
        profile = connector.profile(estate.people(connector))
    assert profile.read is not None and 40 < profile.read < 180
    assert profile.rows is not None and 400 < profile.rows < 600
    assert "row budget" in profile.method and not profile.fields[0].distinct_is_exact


def test_long_values_are_cut_before_they_travel(estate: Estate) -> None:
    with estate.open(Limits(max_value=3)) as connector:
        people = estate.people(connector)
        assert {value for value in connector.sample(people, 500).columns[1] if value} == {"nam"}
        assert connector.profile(people).fields[1].maximum == "nam"


def test_after_a_cancel_nothing_runs(connector: Connector, estate: Estate) -> None:
    people = estate.people(connector)
    connector.cancel()
    for work in (connector.check, lambda: list(connector.datasets()), lambda: connector.sample(people, 5), lambda: connector.profile(people)):
        with pytest.raises(Cancelled):
            work()


def test_parts_merge_to_the_whole(connector: Connector, estate: Estate) -> None:
    people = estate.people(connector)
    if estate.kind not in ("postgresql", "files"):
        assert connector.parts(people) == 1
        return
    whole, parts = connector.profile(people), merge([connector.profile(people, (index, 2)) for index in range(2)])
    assert (parts.rows, parts.read, parts.method) == (whole.rows, whole.read, "all rows")
    for one, other in zip(parts.fields, whole.fields, strict=True):
        assert (one.nulls, one.distinct, one.minimum, one.maximum, one.empty) == (
            other.nulls,
            other.distinct,
            other.minimum,
            other.maximum,
            other.empty,
        )
        assert one.mean == pytest.approx(other.mean) and one.stddev == pytest.approx(other.stddev)
