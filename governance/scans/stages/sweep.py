"""Every value of the text columns is looked at, where a scan asks for that: a sample may miss what stands in one row of a million."""

from __future__ import annotations

from typing import Final

from governance.scans.models import ScanRun
from governance.scans.snapshot import Snapshot
from intelligence.classification.sweeping import Sweep

TEXTS: Final = frozenset({"text", "json", "struct", "list", "other"})
COLUMNS: Final = 100
"""Columns that are read together."""
VALUES: Final = 20_000
FEWEST: Final = 100
"""Rows of a batch hold so many values, and it has at least so many rows: a server does not wait for ever for the next one to be asked for."""


def sweep(snapshot: Snapshot) -> None:
    """Note what some of the values hold; only in scans of that depth."""
    if snapshot.run.depth != ScanRun.Depth.VALUES:
        snapshot.seconds["sweep"] = None
        return
    fields = [field for field in snapshot.info.fields if field.kind in TEXTS]
    for start in range(0, len(fields), COLUMNS):
        group = fields[start : start + COLUMNS]
        done = Sweep([field.name for field in group], snapshot.rules)
        for rows in snapshot.connector.batches(snapshot.info, group, max(FEWEST, VALUES // len(group))):
            done.feed(list(zip(*rows, strict=True)))
        snapshot.minorities |= done.found()
        snapshot.wordy |= {field.name for field in group if done.is_wordy(field.name)}
