"""What is measured of the paths inside documents: from the sample, since no aggregate query reaches them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, pstdev
from typing import Any, Final, cast, get_args

from governance.catalog.services import FieldFindings, stored_name
from governance.scans.masking import masked_field
from governance.scans.snapshot import Snapshot
from governance.sources.connectors.base import SCALED, FieldInfo, FieldProfile, Kind, Sample
from governance.sources.connectors.measure import add_sample
from intelligence.classification import Column
from intelligence.classification.nested import MOST_PATHS

KINDS: Final = frozenset(get_args(Kind))


def add_paths(snapshot: Snapshot, columns: Sequence[Column], *, is_all: bool) -> None:
    """Adds masked profile and verdict of each path inside the columns' documents. `is_all`: the sample holds every row, so a path that is not in it is not there."""
    names = {column.name for column in columns}
    for column, verdict in zip(columns, snapshot.verdicts, strict=True):
        leaves = column.leaves or ()
        if not leaves or not verdict.nested:
            continue
        snapshot.fields[column.name] = replace(snapshot.fields[column.name], is_whole=is_all and len(leaves) < MOST_PATHS)
        for at, leaf in enumerate(one for one in leaves if one.name not in names):
            judged = verdict.nested[leaf.name]
            info = FieldInfo(leaf.name, leaf.kind, _kind(leaf.kind), at)
            profile = masked_field(info, measured(info, leaf.values), judged, len(leaf.values), is_decided=stored_name(leaf.name) in snapshot.decided)
            snapshot.fields[leaf.name] = FieldFindings({**profile, "of_sample": True}, judged, parent=stored_name(column.name), kind=info.kind)


def measured(info: FieldInfo, values: Sequence[Any]) -> FieldProfile:
    """The profile of one path over the values that the sample holds there; None stands for a document that holds nothing there."""
    present = [value for value in values if value is not None]
    profile = FieldProfile(nulls=len(values) - len(present), distinct=len({_key(value) for value in present}), distinct_is_exact=False)
    texts = [value for value in present if isinstance(value, str)]
    if texts and len(texts) == len(present):
        lengths = [len(text) for text in texts]
        profile.length_min, profile.length_max, profile.length_mean = min(lengths), max(lengths), fmean(lengths)
        profile.empty = lengths.count(0)
    if info.kind in SCALED and present:
        profile.minimum, profile.maximum = min(present), max(present)
        numbers = [float(value) for value in present if isinstance(value, int | float)]
        if numbers and all(map(math.isfinite, numbers)):
            profile.mean, profile.stddev = fmean(numbers), pstdev(numbers)
    add_sample([profile], Sample((info,), [list(values)], len(values), "sample"))
    return profile


def _kind(kind: str) -> Kind:
    return cast("Kind", kind if kind in KINDS else "other")


def _key(value: Any) -> Any:
    return value if type(value) in (str, int, float, bool) else repr(value)
