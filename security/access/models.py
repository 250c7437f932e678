"""Grants: role × scope × ceiling, deny first."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.core.subjects import type_named
from security.identity.models import Team


class Grant(models.Model):
    """What one person, one team or everybody signed in may do, and where.

    `scope` names a kind of thing and `scope_id` which one (null for the whole portal). Values of fields above `ceiling` are shown masked.
    A grant with effect `deny` comes before every allowance: denying the viewer or the administrator hides the thing, denying another role takes away what
    that role adds to looking.
    """

    class Role(models.TextChoices):
        VIEWER = "viewer"
        STEWARD = "steward"
        ENGINEER = "engineer"
        AUDITOR = "auditor"
        ADMINISTRATOR = "administrator"

    class Scope(models.TextChoices):
        PORTAL = "portal", "the whole portal"
        DOMAIN = "domain", "a domain"
        SOURCE = "source", "a source"
        DATASET = "dataset", "a dataset"
        TAG = "tag", "a tag"

    class Effect(models.TextChoices):
        ALLOW = "allow"
        DENY = "deny"

    class Ceiling(models.TextChoices):
        PUBLIC = "public"
        INTERNAL = "internal"
        CONFIDENTIAL = "confidential"
        RESTRICTED = "restricted"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    everyone = models.BooleanField(default=False, help_text="Everybody who is signed in.")
    role = models.CharField(max_length=15, choices=Role.choices)
    effect = models.CharField(max_length=5, choices=Effect.choices, default=Effect.ALLOW)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.PORTAL)
    scope_id = models.BigIntegerField(null=True, blank=True)
    ceiling = models.CharField(
        max_length=12, choices=Ceiling.choices, default=Ceiling.INTERNAL, help_text="Values more sensitive than this are masked."
    )
    reason = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    class Meta:
        verbose_name = "grant"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team=None, everyone=False)
                | Q(user=None, team__isnull=False, everyone=False)
                | Q(user=None, team=None, everyone=True),
                name="grant_to_one",
                violation_error_message="A grant goes to one person, or one team, or everyone.",
            ),
            models.CheckConstraint(
                condition=Q(scope="portal", scope_id=None) | (~Q(scope="portal") & Q(scope_id__isnull=False)),
                name="grant_scope_named",
                violation_error_message="Name the domain, source, dataset or tag; the whole portal has none.",
            ),
        ]
        indexes = [models.Index(fields=["scope", "scope_id"], name="grant_scope")]

    def __str__(self) -> str:
        who = "everyone" if self.everyone else str(self.user or self.team)
        return f"{who}: {self.what()}"

    def what(self) -> str:
        """The role and where, without who."""
        return f"{'denied ' if self.effect == self.Effect.DENY else ''}{self.role} on {self.where()}"

    def where(self) -> str:
        """What the grant is on, in words."""
        if self.scope == self.Scope.PORTAL:
            return "the whole portal"
        kind = type_named(self.scope)
        row = kind.model._default_manager.filter(pk=self.scope_id).first()
        return f"{self.scope} {kind.title(row)}" if row is not None else f"{self.scope} {self.scope_id}, which is gone"
