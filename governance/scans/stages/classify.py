"""What each column holds; then everything that may be kept is masked, and the raw values are let go."""

from __future__ import annotations

from dataclasses import replace

from governance.catalog.services import FieldFindings, stored_name
from governance.scans.masking import masked_dataset, masked_field
from governance.scans.nested import add_paths
from governance.scans.snapshot import Snapshot
from intelligence.classification import Column, Verdict
from intelligence.classification import classify as verdicts_of
from intelligence.classification.nested import unfold
from intelligence.classification.sweeping import settled


def classify(snapshot: Snapshot) -> None:
    """Verdicts from the sample, then masked profiles; after this stage the snapshot holds no raw value."""
    sample, measured, info = snapshot.sample, snapshot.measured, snapshot.info
    assert sample is not None and measured is not None
    flat = [Column(field.name, values, field.kind, info.name, field.position) for field, values in zip(sample.fields, sample.columns, strict=True)]
    columns = [replace(column, leaves=unfold(column)) for column in flat]
    snapshot.verdicts = verdicts_of(columns, settings=snapshot.rules, model=snapshot.model)
    if snapshot.minorities:
        snapshot.verdicts = [_with_minorities(snapshot, column, verdict) for column, verdict in zip(columns, snapshot.verdicts, strict=True)]
    verdicts = {column.name: verdict for column, verdict in zip(columns, snapshot.verdicts, strict=True)}
    rows = measured.read if measured.read is not None else measured.rows
    for field, profile in zip(info.fields, measured.fields, strict=True):
        verdict = verdicts.get(field.name)
        is_decided = stored_name(field.name) in snapshot.decided
        snapshot.fields[field.name] = FieldFindings(profile=masked_field(field, profile, verdict, rows, is_decided=is_decided), verdict=verdict)
    add_paths(snapshot, columns, is_all=sample.rows == measured.rows)
    snapshot.profile = masked_dataset(measured) | {"sample": {"rows": sample.rows, "method": sample.method}}
    snapshot.sample = None
    measured.fields = []


def _with_minorities(snapshot: Snapshot, column: Column, verdict: Verdict) -> Verdict:
    minorities = snapshot.minorities.get(column.name, [])
    return settled(verdict, minorities, snapshot.rules, is_wordy=column.name in snapshot.wordy)
