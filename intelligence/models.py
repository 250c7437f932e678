"""Rule sets: the classification settings that scans use, kept in versions."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from intelligence.learning.models import ColumnModelVersion as ColumnModelVersion
from intelligence.learning.models import Label as Label


class RuleSet(models.Model):
    """A named rule set; what counts is its newest version."""

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    is_default = models.BooleanField(default=False, help_text="Used by scans that name no other.")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "rule set"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="rule_set_one_default")]

    def __str__(self) -> str:
        return self.name


class RuleSetVersion(models.Model):
    """Never changed once made. `settings` is `classification.Settings.as_json()`; `sampling` is {"rows": int} or empty for the portal's own."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    settings: models.JSONField = models.JSONField(default=dict)
    sampling = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = "rule set version"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["rule_set", "number"], name="rule_set_version_once")]

    def __str__(self) -> str:
        return f"{self.rule_set} v{self.number}"
