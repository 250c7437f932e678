"""What travels through the stages: a dataset, and what is known of it so far. Raw values live here, in memory, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from governance.catalog.services import FieldFindings, Found
from governance.scans.models import ScanRun, ScanUnit
from governance.sources.connectors.base import Connector, DatasetInfo, DatasetProfile, FieldInfo, Sample, digest
from governance.sources.models import Source
from intelligence.classification import Settings, Verdict
from intelligence.classification.model import ColumnModel
from intelligence.classification.sweeping import Minority


@dataclass(slots=True)
class Snapshot:
    """`sample` and `measured` hold raw values; `profile` and `fields` are masked and may be stored."""

    run: ScanRun
    unit: ScanUnit
    info: DatasetInfo
    connector: Connector
    rules: Settings
    model: ColumnModel
    sample_rows: int
    decided: frozenset[str] = frozenset()
    """Names of fields that a person called sensitive, whatever the classification thinks."""
    sample: Sample | None = None
    measured: DatasetProfile | None = None
    minorities: dict[str, list[Minority]] = field(default_factory=dict)
    """Column → what some of its values hold, when every value was read; `wordy` are those of several words."""
    wordy: set[str] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)
    profile: dict[str, Any] | None = None
    fields: dict[str, FieldFindings] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    seconds: dict[str, float | None] = field(default_factory=dict)
    """Stage → how long it took; None for a stage that has nothing to do yet."""


def judged_by(source: Source, model: ColumnModel) -> str:
    """What judges the fields of a source beside its rule set: the column model, and what the source itself adds. When it changes, everything is read again."""
    return f"{model.version} {digest(source.classification)}" if source.classification else model.version


def packed(info: DatasetInfo) -> dict[str, str]:
    """A listing's entry for a JSON column; as text inside, since names may hold what jsonb refuses (NUL, lone surrogates)."""
    return {"text": json.dumps(asdict(info), ensure_ascii=True)}


def unpacked(stored: Mapping[str, Any]) -> DatasetInfo:
    """The inverse of `packed`."""
    values = json.loads(stored["text"])
    values["fields"] = tuple(FieldInfo(**one) for one in values["fields"])
    values["path"] = tuple(values["path"])
    values["references"] = tuple((tuple(own), key, tuple(theirs)) for own, key, theirs in values["references"])
    return DatasetInfo(**values)
