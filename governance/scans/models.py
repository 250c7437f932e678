"""Scans: runs, their units, and schedules."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from governance.core.models import Run
from governance.core.runs import Leased
from governance.sources.models import Source
from intelligence.models import RuleSet, RuleSetVersion

WEEKDAYS = list(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))


class Schedule(models.Model):
    """When a source is scanned by itself; the beat's own row follows from it."""

    class Every(models.TextChoices):
        HOUR = "hourly", "every hour"
        DAY = "daily", "every day"
        WEEK = "weekly", "every week"
        MONTH = "monthly", "every month"
        CRON = "cron", "as a cron expression says"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="schedules")
    every = models.CharField(max_length=7, choices=Every.choices, default=Every.DAY)
    at = models.TimeField(default=time(2), help_text="Time of day; of an hourly scan only the minute counts.")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS, default=0, help_text="Day of a weekly scan.")
    day = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(28)], help_text="Day of a monthly scan, 1 to 28."
    )
    cron = models.CharField(max_length=100, blank=True, help_text="minute hour day-of-month month day-of-week, for example: 30 2 * * 1-5")
    time_zone = models.CharField(max_length=50, default="UTC")
    window_start = models.TimeField(null=True, blank=True, help_text="Scans start only after this time of day.")
    window_end = models.TimeField(null=True, blank=True, help_text="Scans that still run at this time are stopped, and go on in the next window.")
    datasets = models.JSONField(default=list, blank=True, help_text="Patterns of datasets; empty for all.")
    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_enabled = models.BooleanField(default=True)
    task = models.OneToOneField(PeriodicTask, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "schedule"
        ordering = ["source", "id"]

    def __str__(self) -> str:
        return f"{self.source} {self.every}"


class ScanRun(Run):
    """One scan of one source."""

    class Outcome(models.TextChoices):
        NONE = "", "not over"
        CLEAN = "clean"
        PARTIAL = "partial", "some units failed"

    class Trigger(models.TextChoices):
        MANUAL = "manual"
        API = "api"
        SCHEDULE = "schedule"
        COMMAND = "command"

    class Depth(models.TextChoices):
        FULL = "full", "structure, profile and classification"
        VALUES = "values", "all of it, and every value is checked for secrets and personal data"
        STRUCTURE = "structure", "structure only"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="scans")
    rule_set = models.ForeignKey(RuleSetVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="runs")
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.MANUAL)
    datasets = models.JSONField(default=list)
    is_full = models.BooleanField(default=False, help_text="Reads everything again, also what did not change.")
    depth = models.CharField(max_length=9, choices=Depth.choices, default=Depth.FULL)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="retries")
    """Reads only what failed there."""
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default=Outcome.NONE)
    planned = models.DateTimeField(null=True)
    """When the listing was complete; what vanished is marked only after that."""
    summary = models.JSONField(default=dict)
    """{"new", "changed", "gone", "skipped", "failed", "sensitive", "new_sensitive"}: numbers of datasets, then of fields."""

    class Meta(Run.Meta):
        abstract = False
        verbose_name = "scan"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["source", "-id"], name="scan_source"),
            models.Index(fields=["state", "id"], name="scan_active", condition=models.Q(state__in=["queued", "running"])),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(state__in=["queued", "running"]),
                name="scan_one_at_a_time",
                violation_error_message="This source is being scanned already.",
            )
        ]

    def __str__(self) -> str:
        return f"scan {self.pk} of {self.source}"


class ScanUnit(Leased):
    """One dataset of a scan, or one part of a large one. `info` is the listing's DatasetInfo; `result` what was found, without raw values.

    A large dataset has units for its `parts`, and one more with `part` = `parts` that waits for them, gathers what they measured, classifies and registers.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        SKIPPED = "skipped"
        FAILED = "failed"

    run = models.ForeignKey(ScanRun, on_delete=models.CASCADE, related_name="units")
    key = models.CharField(max_length=1000)
    part = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=1)
    info = models.JSONField(default=dict)
    """Empty for units that need no work."""
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=10, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    """A unit whose source could not be reached waits a little before it is tried again."""
    dataset_id = models.BigIntegerField(null=True)
    sealed = models.BinaryField(null=True)
    """What a part measured, sealed since it may hold raw values; emptied when the parts are gathered."""
    rows = models.BigIntegerField(null=True)
    bytes = models.BigIntegerField(null=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    """{"change": "new" | "changed" | "same", "found": [{"field", "entity", "score", "is_new"}], "stages": {name: seconds, or null for one that is not built yet}}."""
    new_found = models.PositiveIntegerField(default=0)
    """Sensitive fields that were not known before."""
    error = models.JSONField(null=True)
    """{"code", "detail", "stage"}."""

    class Meta:
        verbose_name = "unit"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "key", "part"], name="unit_once")]
        indexes = [models.Index(fields=["run", "state", "id"], name="unit_waiting")]

    def __str__(self) -> str:
        if self.parts == 1:
            return self.key
        return f"{self.key} (together)" if self.is_gathering else f"{self.key} ({self.part + 1} of {self.parts})"

    @property
    def is_gathering(self) -> bool:
        return self.parts > 1 and self.part == self.parts

    @property
    def is_part(self) -> bool:
        return self.parts > 1 and self.part < self.parts


class Reading(models.Model):
    """What was last read of a dataset, and under which rules: what is the same in the next scan is skipped."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=1000)
    fingerprint = models.CharField(max_length=200)
    rule_set = models.ForeignKey(RuleSetVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    model = models.CharField(max_length=60, default="")
    """Which column model judged."""
    scan_id = models.BigIntegerField()
    time = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="reading_once")]
