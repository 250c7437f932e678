"""The Prometheus exposition."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import REGISTRY, generate_latest


def text() -> bytes:
    return generate_latest(REGISTRY)
