"""Labels that people's decisions give, and the column models that were learned from them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Label(models.Model):
    """What a person said that a field holds, with the numbers that the column model had weighed; no name and no value of the data.

    Ids and not foreign keys: fields live in a room above. `group` keeps the fields of one dataset together when decisions are held out.
    """

    field_id = models.BigIntegerField(unique=True)
    group = models.BigIntegerField()
    family = models.CharField(max_length=50)
    """A family, or "none"."""
    features = models.JSONField(default=dict)
    time = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "intelligence"
        verbose_name = "label"
        ordering = ["id"]


class ColumnModelVersion(models.Model):
    """One attempt to learn. It is kept whether or not it was better; at most one is in use, and without one the shipped model judges.

    `model` is `ColumnModel.as_json()`. `figures` are {"shipped"|"current"|"learned": {figure: number}} on held-out decisions.
    """

    class Outcome(models.TextChoices):
        BETTER = "better"
        NOT_BETTER = "not_better", "not better"

    number = models.PositiveIntegerField(unique=True)
    model = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    labels = models.PositiveIntegerField(default=0)
    groups = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=500)
    is_active = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    class Meta:
        app_label = "intelligence"
        verbose_name = "column model"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="column_model_one_active")]

    def __str__(self) -> str:
        return f"learned {self.number}"
