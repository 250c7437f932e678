"""Expectations on the data belong here; nothing is validated in this version."""

from __future__ import annotations

from governance.scans.snapshot import Snapshot

NOT_BUILT = "Expectations on the data belong here; nothing is validated in this version."


def validate(snapshot: Snapshot) -> None:
    """Leaves the snapshot as it is, and says that it did."""
    snapshot.seconds["validate"] = None
