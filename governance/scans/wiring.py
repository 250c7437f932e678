"""What scans register when Django is ready: subject types, facts, live topics, and the sweep for lost work."""

from __future__ import annotations

from governance.core import periodic
from governance.core.live import Topic, register_topic
from governance.core.subjects import SubjectType, register
from governance.scans import facts as facts
from governance.scans import progress
from governance.scans.models import ScanRun, ScanUnit, Schedule

register(
    SubjectType(
        "scan",
        ScanRun,
        title=str,
        url=lambda one: f"/admin/scans/scanrun/{one.pk}/change/",
        paths={"source": "source_id"},
        plural="scans",
    )
)
register(
    SubjectType(
        "unit",
        ScanUnit,
        title=str,
        url=lambda one: f"/admin/scans/scanrun/{one.run_id}/change/",
        paths={"source": "run__source_id"},
        plural="units",
    )
)
register(
    SubjectType(
        "schedule",
        Schedule,
        title=str,
        url=lambda one: f"/admin/scans/schedule/{one.pk}/change/",
        paths={"source": "source_id"},
        plural="schedules",
    )
)
register_topic(Topic("scan", may=progress.may_see, first=progress.first))
register_topic(Topic("scans", first=progress.first_of_all))
periodic.every(3, "scans.sweep")
