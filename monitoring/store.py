"""What was measured last."""

from __future__ import annotations

from typing import Any


def latest_frames() -> list[dict[str, Any]]:
    return []
