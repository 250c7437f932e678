"""Run: the one life cycle behind scans, trainings, validations, workflows and deployments; leases and fencing for whoever works on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from governance.core import workers
from governance.core.errors import Conflict, LeaseLost
from governance.env import env

LEASE: Final = timedelta(seconds=env.lease)
"""How long a worker may be silent before another takes over; six heartbeats come in this time."""
ENDED: Final = timedelta(seconds=1)

T = TypeVar("T", bound="Leased")


class Leased(models.Model):
    """A row that one worker at a time works on. Every write of the worker names its fence, so one that was overtaken cannot write."""

    lease_until = models.DateTimeField(null=True, editable=False)
    fence = models.PositiveBigIntegerField(default=0, editable=False)
    worker = models.CharField(max_length=100, blank=True, editable=False)
    lost = models.PositiveSmallIntegerField(default=0, editable=False)
    """How many workers were lost while they held it."""

    class Meta:
        abstract = True

    def heartbeat(self, lease: timedelta = LEASE) -> None:
        """Prolong the lease; LeaseLost when another worker has taken over."""
        self.fenced(lease_until=timezone.now() + lease)

    def fenced(self, **values: Any) -> None:
        """Update the row if this worker still holds it; LeaseLost otherwise."""
        changed = type(self)._default_manager.filter(pk=self.pk, fence=self.fence).update(**values)
        if not changed:
            raise LeaseLost(f"{self._meta.verbose_name} {self.pk} was taken over by another worker.")
        for name, value in values.items():
            if not hasattr(value, "resolve_expression"):
                setattr(self, name, value)

    def let_go(self) -> None:
        """End the lease at once, if this worker still holds it: whoever comes next takes over."""
        held = type(self)._default_manager.filter(pk=self.pk, fence=self.fence, lease_until__gte=timezone.now())
        held.update(lease_until=timezone.now() - ENDED)

    @classmethod
    def let_go_of_the_dead(cls, held: models.QuerySet[Any]) -> int:
        """End the leases of those workers that are provably gone from this machine; how many leases. One that is merely slow keeps its own."""
        now = timezone.now()
        held = held.filter(lease_until__gte=now)
        # A worker that is gone claims nothing more, so its name is enough to keep what others claimed meanwhile.
        gone = [worker for worker in held.values_list("worker", flat=True).distinct() if workers.is_gone(worker)]
        return held.filter(worker__in=gone).update(lease_until=now - ENDED) if gone else 0

    def claim(self, worker: str, lease: timedelta = LEASE) -> bool:
        """Take the lease if it is free or expired; a new fence then shuts out whoever held it."""
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        changed = (
            type(self)
            ._default_manager.filter(free, pk=self.pk, fence=self.fence)
            .update(fence=F("fence") + 1, worker=worker, lease_until=now + lease)
        )
        if changed:
            self.fence, self.worker, self.lease_until = self.fence + 1, worker, now + lease
        return bool(changed)


class Run(Leased):
    """queued → running → complete / failed / aborted."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETE = "complete"
        FAILED = "failed"
        ABORTED = "aborted"

    ACTIVE = (State.QUEUED, State.RUNNING)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(null=True, editable=False)
    finished = models.DateTimeField(null=True, editable=False)
    enqueued = models.DateTimeField(default=timezone.now, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    done = models.PositiveIntegerField(default=0, editable=False)
    failed = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(null=True, editable=False)
    rows = models.BigIntegerField(default=0, editable=False)
    bytes = models.BigIntegerField(default=0, editable=False)
    cancel_requested = models.BooleanField(default=False, editable=False)
    error = models.JSONField(null=True, editable=False)
    """{"code", "detail"} of what ended the run."""

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.state not in self.ACTIVE

    def move(self, *, to: State, expected: tuple[State, ...], **values: Any) -> None:
        """Change the state if it still is one of `expected`; Conflict otherwise."""
        values = {"state": to, **values}
        if to == self.State.RUNNING:
            values.setdefault("started", self.started or timezone.now())
        if to not in self.ACTIVE:
            values.setdefault("finished", timezone.now())
        if not type(self)._default_manager.filter(pk=self.pk, state__in=expected).update(**values):
            self.refresh_from_db(fields=["state"])
            raise Conflict(f"{str(self._meta.verbose_name).capitalize()} {self.pk} is {self.state}, so it cannot become {to}.")
        for name, value in values.items():
            setattr(self, name, value)

    def progress(self) -> dict[str, Any]:
        """{"done", "failed", "total", "rows", "bytes", "eta_s"}; `total` and `eta_s` are None while they cannot be known."""
        return {"done": self.done, "failed": self.failed, "total": self.total, "rows": self.rows, "bytes": self.bytes, "eta_s": self.eta()}

    def eta(self) -> float | None:
        """Seconds to go at the pace so far; None before anything is done and after the end."""
        over = self.done + self.failed
        if self.is_over or not over or not self.total or self.started is None:
            return None
        elapsed = (timezone.now() - self.started).total_seconds()
        return round(elapsed / over * max(0, self.total - over), 1)
