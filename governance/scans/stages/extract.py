"""A uniform sample of rows. The structure came with the listing."""

from __future__ import annotations

from governance.core.errors import DataUnreadable
from governance.scans.snapshot import Snapshot


def extract(snapshot: Snapshot) -> None:
    """Draw the sample, and measure in the same pass where the source can; a dataset whose fields could not be read fails here with the listing's reason."""
    if snapshot.info.error:
        raise DataUnreadable(snapshot.info.error)
    if snapshot.unit.is_gathering:
        snapshot.sample = snapshot.connector.sample(snapshot.info, snapshot.sample_rows)
    elif not snapshot.unit.is_part:
        snapshot.sample, snapshot.measured = snapshot.connector.sample_and_profile(snapshot.info, snapshot.sample_rows)
