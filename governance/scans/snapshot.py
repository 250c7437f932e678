"""What travels through the stages: a dataset, and what is known of it so far. Raw values live here, in memory, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from governance.catalog.services import FieldFindings, Found
from governance.scans.models import ScanRun, ScanUnit
from governance.sources.connectors.base import Connector, DatasetInfo, DatasetProfile, FieldInfo, Sample
from intelligence.classification import Settings, Verdict


@dataclass(slots=True)
class Snapshot:
    """`sample` and `measured` hold raw values; `profile` and `fields` are masked and may be stored."""

    run: ScanRun
    unit: ScanUnit
    info: DatasetInfo
    connector: Connector
    rules: Settings
    sample_rows: int
    decided: frozenset[str] = frozenset()
    """Names of fields that a person called sensitive, whatever the classification thinks."""
    sample: Sample | None = None
    measured: DatasetProfile | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    profile: dict[str, Any] | None = None
    fields: dict[str, FieldFindings] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    seconds: dict[str, float | None] = field(default_factory=dict)
    """Stage → how long it took; None for a stage that has nothing to do yet."""


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
