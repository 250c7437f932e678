"""Every column is measured in one pass; of a large dataset each part for itself, and then all together."""

from __future__ import annotations

from governance.core.errors import DataUnreadable
from governance.scans import partial
from governance.scans.models import ScanUnit
from governance.scans.snapshot import Snapshot
from governance.sources.connectors.measure import add_sample


def profile(snapshot: Snapshot) -> None:
    """Measure the dataset or its part, or put the parts' measures together."""
    unit = snapshot.unit
    if unit.is_gathering:
        snapshot.measured = partial.merged(_parts(unit))
    elif unit.is_part:
        snapshot.measured = snapshot.connector.profile(snapshot.info, (unit.part, unit.parts))
        return
    elif snapshot.measured is None:
        snapshot.measured = snapshot.connector.profile(snapshot.info)
    # What an aggregate query does not tell (frequent values, shapes, a histogram) the sample of the whole does.
    sample, rows = snapshot.sample, snapshot.measured.rows
    assert sample is not None
    if rows and sample.method == f"uniform {sample.rows:,}":
        sample.method += f" of {rows:,} rows"
    add_sample(snapshot.measured.fields, sample)


def _parts(unit: ScanUnit) -> list[ScanUnit]:
    parts = list(ScanUnit.objects.filter(run=unit.run_id, key=unit.key, part__lt=unit.parts).order_by("part"))
    failed = next((one for one in parts if one.state != ScanUnit.State.DONE), None)
    if failed is not None or len(parts) != unit.parts:
        reason = (failed.error or {}).get("detail", "it was not read") if failed else "a part is missing"
        raise DataUnreadable(f"Not all parts of this dataset were read: {reason}")
    return parts
