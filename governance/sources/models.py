"""Data sources: where they are, how we log in, and what the last check found."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from governance.core.secrets import unseal
from intelligence.models import RuleSet


class Source(models.Model):
    """`config` is the connector's Config without its secrets; `secrets` is the sealed JSON of those (see core.secrets)."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=50)
    description = models.TextField(blank=True)
    config = models.JSONField(default=dict)
    secrets = models.BinaryField(null=True, editable=False)
    location = models.CharField(max_length=500, blank=True, editable=False)
    """Where it is, for people: host and database, or a path; never a credential."""
    allows_private = models.BooleanField(default=False, editable=False)
    """An administrator gave the address, so it may be on a private network or this machine."""
    is_builtin = models.BooleanField(default=False, editable=False)
    is_paused = models.BooleanField(default=False, help_text="Schedules skip a paused source; scans by hand still run.")
    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="sources")
    classification = models.JSONField(default=dict, blank=True, editable=False)
    """What this source adds to its rule set: {"threshold"?, "thresholds"?, "disabled"?} as `classification.Settings` has them."""
    checked = models.DateTimeField(null=True, editable=False)
    check_result = models.JSONField(null=True, editable=False)
    """{"is_reachable", "version", "latency_s", "capabilities": [{"name", "is_granted", "detail"}], "error": {"code", "detail"} | null}."""
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "source"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="source_name_once", violation_error_message="Another source has this name."),
            models.UniqueConstraint(fields=["is_builtin"], condition=models.Q(is_builtin=True), name="source_one_builtin"),
        ]

    def __str__(self) -> str:
        return self.name

    def connection_config(self) -> dict[str, Any]:
        """What the connector's Config is made of, secrets opened. Never show, log or store it."""
        opened = json.loads(unseal(bytes(self.secrets), secrets_context(self.pk))) if self.secrets else {}
        return {**self.config, **opened}


def secrets_context(pk: int) -> str:
    """The associated data of a source's sealed secrets: they open in this row only."""
    return f"source:{pk}:config"
