"""What sources register when Django is ready: their subject type, their facts, the built-in source."""

from __future__ import annotations

from governance.core import periodic
from governance.core.subjects import SubjectType, register
from governance.sources import builtin
from governance.sources import facts as facts
from governance.sources.models import Source

register(
    SubjectType("source", Source, title=str, url=lambda one: f"/admin/sources/source/{one.pk}/change/", paths={"source": "id"}, plural="sources")
)
periodic.setup_step("built-in source", builtin.install)
