"""Profiles of parts make the profile of the whole."""

from __future__ import annotations

import random
import statistics

import pytest

from governance.sources.connectors.base import HASHES, SKETCH_SIZE, DatasetProfile, FieldProfile, Sketch
from governance.sources.connectors.merge import merge, unite


def sketch(hashes: set[int]) -> Sketch:
    """As a connector would draw it."""
    found = sorted(hashes)
    return Sketch(found[:SKETCH_SIZE], found[SKETCH_SIZE]) if len(found) > SKETCH_SIZE else Sketch(found)


def part(values: list[float], **more: object) -> DatasetProfile:
    field = FieldProfile(
        nulls=1, minimum=min(values), maximum=max(values), mean=statistics.fmean(values), stddev=statistics.stdev(values) if len(values) > 1 else None
    )
    for name, value in more.items():
        setattr(field, name, value)
    return DatasetProfile(rows=len(values) + 1, fields=[field], size=10, read=len(values) + 1, rejected=1)


def test_moments_of_parts_are_those_of_the_whole() -> None:
    draw = random.Random(7)
    parts = [[draw.gauss(mean, 3) for _ in range(size)] for mean, size in ((0, 100), (50, 7), (-10, 1), (5, 900))]
    whole = merge([part(values) for values in parts])
    together = [value for values in parts for value in values]
    field = whole.fields[0]
    assert field.mean == pytest.approx(statistics.fmean(together)) and field.stddev == pytest.approx(statistics.stdev(together))
    assert (field.minimum, field.maximum, field.nulls) == (min(together), max(together), 4)
    assert (whole.rows, whole.read, whole.rejected, whole.size) == (1012, 1012, 4, 40)


def test_small_sketches_unite_exactly() -> None:
    found = unite([sketch({1, 2, 3}), sketch({3, 4}), sketch(set())])
    assert found is not None and found.is_exact and found.distinct == 4


@pytest.mark.parametrize("sizes", [(200_000, 200_000), (200_000, 50), (3000, 3000)])
def test_large_sketches_unite_to_a_good_estimate(sizes: tuple[int, int]) -> None:
    draw = random.Random(3)
    common = {draw.randrange(HASHES) for _ in range(sizes[0] // 2)}
    one, two = (common | {draw.randrange(HASHES) for _ in range(size - size // 2)} for size in sizes)
    found = unite([sketch(one), sketch(two)])
    assert found is not None and len(found.hashes) <= SKETCH_SIZE
    # Its relative error is about 1/sqrt(1024), 3 %; this allows four times that.
    assert found.distinct == pytest.approx(len(one | two), rel=0.125)


def test_a_sketch_with_a_low_bound_rules_the_union() -> None:
    found = unite([Sketch([5, 60], 100), Sketch([7, 80, 900])])
    assert found is not None and (found.hashes, found.below) == ([5, 7, 60, 80], 100)


def test_what_one_part_did_not_measure_is_unknown() -> None:
    whole = merge([part([1, 2], empty=3, sketch=sketch({1})), part([3, 4])])
    assert whole.fields[0].empty is None and whole.fields[0].distinct is None and whole.fields[0].quantiles is None


def test_a_part_without_values_changes_nothing() -> None:
    nothing = DatasetProfile(rows=2, fields=[FieldProfile(nulls=2)], read=2)
    whole = merge([part([1, 2, 6]), nothing]).fields[0]
    assert (whole.mean, whole.minimum, whole.maximum, whole.nulls) == (3, 1, 6, 3)


def test_frequent_values_and_shapes_add_up() -> None:
    one, two = part([1, 2], top=[("a", 5), ("b", 1)], shapes=[("A", 2)]), part([1, 2], top=[("a", 1)], shapes=[("9", 3)])
    assert merge([one, two]).fields[0].top == [("a", 6), ("b", 1)] and merge([one, two]).fields[0].shapes == [("9", 3), ("A", 2)]
