"""Every kind of run that an app has: scans now, trainings and workflows as they come."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.apps import apps
from django.db.models import Count
from django.utils import timezone

from governance.core.models import Run
from monitoring.collectors.base import Collector, Family

PACE = ("done", "failed", "rows", "bytes")
COUNT_EVERY = 10.0


class Runs(Collector):
    """How many are queued and running, and how fast units, rows and bytes go through."""

    every: ClassVar[float] = 2.0
    is_shared: ClassVar[bool] = True
    may_hang: ClassVar[bool] = True

    def __init__(self) -> None:
        self.before: dict[tuple[str, int], dict[str, int]] = {}
        self.read = self.counted = 0.0
        self.counts: dict[str, dict[str, int]] = {}

    def collect(self) -> Mapping[str, Any]:
        now = time.monotonic()
        elapsed, self.read = now - self.read if self.read else 0.0, now
        is_counting = not self.counted or now - self.counted >= COUNT_EVERY
        if is_counting:
            self.counted = now
        present: dict[tuple[str, int], dict[str, int]] = {}
        shown = {}
        for kind, model in _kinds().items():
            if is_counting:
                found = dict(model._default_manager.order_by().values_list("state").annotate(Count("pk")))
                self.counts[kind] = {state: found.get(state, 0) for state in Run.State.values}
            shown[kind] = self._kind(kind, model, elapsed, present)
        self.before = present
        return shown

    def _kind(self, kind: str, model: type[Run], elapsed: float, present: dict[tuple[str, int], dict[str, int]]) -> dict[str, Any]:
        lately = timezone.now() - timedelta(seconds=3 * self.every)
        columns = ("pk", "state", *PACE)
        # What ended just now still counts for this interval's pace.
        active = model._default_manager.filter(state__in=Run.ACTIVE).order_by().values(*columns)
        ended = model._default_manager.filter(finished__gte=lately).order_by("-pk").values(*columns)[:50]
        states = dict.fromkeys(Run.ACTIVE, 0)
        grown = dict.fromkeys(PACE, 0)
        for row in (*active, *ended):
            if row["state"] in states:
                states[row["state"]] += 1
            present[kind, row["pk"]] = {name: row[name] for name in PACE}
            before = self.before.get((kind, row["pk"]))
            for name in PACE:
                grown[name] += max(0, row[name] - before[name]) if before else 0
        pace = {f"{name}_per_second": round(count / elapsed, 3) if elapsed else 0.0 for name, count in grown.items()}
        return {**{str(state): count for state, count in states.items()}, **pace}

    def families(self) -> Iterable[Family]:
        samples = [({"kind": kind, "state": state}, float(count)) for kind, states in self.counts.items() for state, count in states.items()]
        yield Family("governance_runs", "gauge", "Runs of each kind by state, as the database holds them.", samples)


def _kinds() -> dict[str, type[Run]]:
    return {str(model._meta.verbose_name).replace(" ", "_"): model for model in apps.get_models() if issubclass(model, Run)}
