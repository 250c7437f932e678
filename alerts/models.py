"""Alerts: rules that match facts, what fired, who is told, and what is silenced."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Severity(models.TextChoices):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Rule(models.Model):
    """A fact of type `pattern` (shell style) that meets `condition` becomes an alert.

    `condition` is a list of {"path", "op", "value"} over the fact, all of which must hold (see `matching`). `title` and `body` are templates over the fact
    (see `templating`): {subject}, {source}, {data.fields.entity}. Facts with the same `group_by` values belong to one alert.
    """

    key = models.CharField(max_length=50, blank=True, editable=False)
    """Which of the built-in rules this is."""
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True, help_text="What it is for, and what to do when it fires.")
    pattern = models.CharField("fact", max_length=100, help_text="Type of the fact, where * stands for anything: scans.run.failed, catalog.*")
    condition = models.JSONField(default=list, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.WARNING)
    title = models.CharField(max_length=300, help_text="What people read: {subject}, {source}, {data.…} stand for parts of the fact.")
    body = models.TextField(blank=True)
    group_by = models.JSONField(
        default=list, blank=True, help_text="Facts with the same values there belong to one alert; empty: those of one subject."
    )
    resolves = models.CharField(
        max_length=100, blank=True, help_text="Type of the fact that ends the alert of the same group. Empty: people resolve it."
    )
    is_enabled = models.BooleanField("enabled", default=True)
    is_builtin = models.BooleanField(default=False, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "alert rule"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="rule_builtin_once")]

    def __str__(self) -> str:
        return self.name


SEVERITIES = list(Severity.values)
"""From harmless to critical."""


class Alert(models.Model):
    """Something that somebody should know. One open alert per fingerprint: what happens again counts up."""

    class State(models.TextChoices):
        FIRING = "firing"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"

    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="alerts")
    fingerprint = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=State.choices, default=State.FIRING)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    title = models.CharField(max_length=500)
    body = models.TextField(blank=True)
    labels = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=50, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_name = models.CharField(max_length=500, blank=True)
    source_id = models.BigIntegerField(null=True, db_index=True)
    dataset_id = models.BigIntegerField(null=True)
    sensitivity = models.CharField(max_length=20, blank=True)
    priority = models.FloatField(default=0)
    priority_reasons = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=1)
    event_id = models.BigIntegerField(null=True)
    started = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    acknowledged = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    resolved = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "alert"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["fingerprint"], condition=~Q(state="resolved"), name="alert_one_open")]
        indexes = [models.Index(fields=["state", "-id"], name="alert_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state != self.State.RESOLVED


class Occurrence(models.Model):
    """A fact behind an alert. The first hundred of an alert are kept; `Alert.event_id` is the latest."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="occurrences")
    event_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "event_id"], name="occurrence_once")]


class Silence(models.Model):
    """Alerts that match are kept and shown, but nobody is told. `matchers` is {"label": "shell-style pattern"}, all of which must fit."""

    matchers = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, help_text="Why nobody needs to be told; others read it beside the alert.")
    starts = models.DateTimeField(default=timezone.now)
    ends = models.DateTimeField()
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    class Meta:
        verbose_name = "silence"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"until {self.ends:%Y-%m-%d %H:%M}: {self.reason}"


class Receiver(models.Model):
    """Where alerts are sent. `config` is the plugin's Config as it may be shown, secrets masked; `secrets` the sealed JSON of those."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=50)
    config = models.JSONField(default=dict)
    secrets = models.BinaryField(null=True, editable=False)
    least_severity = models.CharField(
        "least severity", max_length=8, choices=Severity.choices, default=Severity.WARNING, help_text="Less severe alerts are not sent."
    )
    is_enabled = models.BooleanField("enabled", default=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    last_sent = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = "receiver"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """One message to one receiver: made in the transaction of its alert, claimed by one sender, tried until it was delivered or given up."""

    ATTEMPTS = 10

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        SILENCED = "silenced"

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notifications")
    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, default="firing")
    """`firing` or `resolved`."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    """What the other side answered to the delivery."""
    created = models.DateTimeField(default=timezone.now)
    enqueued = models.DateTimeField(default=timezone.now)
    """When a sender was last asked to take it."""

    class Meta:
        verbose_name = "notification"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["alert", "receiver", "kind"], name="notification_once")]
        indexes = [models.Index(fields=["due"], name="notification_due", condition=Q(state__in=["pending", "sending"]))]

    def __str__(self) -> str:
        return f"{self.kind} to {self.receiver_id}: {self.state}"
