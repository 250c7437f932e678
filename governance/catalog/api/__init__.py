"""REST: datasets, fields, domains, tags and search."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
