"""What the ground floor keeps: facts and their leaves, cursors of subscribers, answers kept for idempotency keys."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from governance.core.runs import Run as Run


class Event(models.Model):
    """A fact. `body` is what counts (see core.events); every other column is a searchable copy. Rows are never rewritten."""

    class Severity(models.TextChoices):
        INFO = "info"
        WARNING = "warning"
        ERROR = "error"
        CRITICAL = "critical"

    id = models.BigAutoField(primary_key=True)
    sequence = models.BigIntegerField(null=True, unique=True)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)
    time = models.DateTimeField(db_index=True)
    type = models.CharField(max_length=100)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.INFO)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=50, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_name = models.CharField(max_length=500, blank=True)
    source_id = models.BigIntegerField(null=True)
    dataset_id = models.BigIntegerField(null=True)
    sensitivity = models.CharField(max_length=20, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    cause_id = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "event"
        indexes = [
            models.Index(fields=["type", "-id"], name="event_type"),
            models.Index(fields=["actor_id", "-id"], name="event_actor"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="event_subject"),
            models.Index(fields=["source_id", "-id"], name="event_source"),
            models.Index(fields=["id"], name="event_unsealed", condition=models.Q(sequence=None)),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_name}".strip()


class EventPerson(models.Model):
    """Personal data of a fact, outside its body: erasing this row leaves every proof intact. No foreign key, so that events can be partitioned."""

    event_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=16)
    data = models.JSONField()
    """{"name", "address", "on_behalf_of"} of the actor, and "subject": the name of the person the fact is about, if it is about one."""

    class Meta:
        verbose_name = "personal data of an event"


class Leaf(models.Model):
    """Append-only: the hash of each sealed fact, in the order of its sequence (from 1)."""

    sequence = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)


class Cursor(models.Model):
    """How far one subscriber has read."""

    name = models.CharField(max_length=100, primary_key=True)
    sequence = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    updated = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.sequence}"


class SetAside(models.Model):
    """A fact that failed three times in one subscriber; it can be replayed."""

    subscriber = models.CharField(max_length=100)
    event_id = models.BigIntegerField()
    error = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    replayed = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "fact set aside"
        verbose_name_plural = "facts set aside"
        constraints = [models.UniqueConstraint(fields=["subscriber", "event_id"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.subscriber}: event {self.event_id}"


KEPT = timedelta(days=1)


class KeptAnswer(models.Model):
    """The answer to a POST with an Idempotency-Key, for a day; `status` null while the first request runs."""

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="kept_answer_once")]
