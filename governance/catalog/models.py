"""The catalog: domains and tags, datasets and their fields, versions, owners, decisions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from governance.sources.models import Source
from security.identity.models import Team


class Sensitivity(models.TextChoices):
    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Domain(models.Model):
    """A part of the business that data belongs to."""

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "domain"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="domain_name_once")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that datasets and fields are marked with."""

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "tag"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name_once")]

    def __str__(self) -> str:
        return self.name


class Dataset(models.Model):
    """One table, view, file or partitioned folder of a source.

    What the source says is rewritten by each scan; what people say (description, domain, tags, owners, certification) is never touched by one.
    `gone` is set only after a complete listing did not show it. `sensitivity` is the highest of its fields'.
    """

    class Certification(models.TextChoices):
        NONE = "", "not certified"
        CERTIFIED = "certified"
        DEPRECATED = "deprecated"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="datasets")
    key = models.CharField(max_length=1000)
    path = ArrayField(models.TextField(), default=list)
    name = models.TextField()
    kind = models.CharField(max_length=20)
    comment = models.TextField(blank=True)
    definition = models.TextField(blank=True)
    references = models.JSONField(default=list)
    rows = models.BigIntegerField(null=True)
    size = models.BigIntegerField(null=True)
    fingerprint = models.CharField(max_length=200, blank=True)
    """What the source says now; `scanned_fingerprint` what it said of the content that was last scanned through."""
    scanned_fingerprint = models.CharField(max_length=200, blank=True)
    structure = models.CharField(max_length=64, blank=True)
    """The catalog's own digest of everything that a version keeps, comments included."""
    profile = models.JSONField(null=True)
    error = models.JSONField(null=True)
    """{"code", "detail"} of the last unit that failed, null after one that went through."""
    version = models.PositiveIntegerField(default=0)
    sensitivity = models.CharField(max_length=12, choices=Sensitivity.choices, default=Sensitivity.PUBLIC)
    sensitive_fields = models.PositiveIntegerField(default=0)
    field_count = models.PositiveIntegerField(default=0)
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    scanned = models.DateTimeField(null=True)
    gone = models.DateTimeField(null=True, blank=True)

    description = models.TextField(blank=True)
    domain = models.ForeignKey(Domain, null=True, blank=True, on_delete=models.SET_NULL, related_name="datasets")
    tags = models.ManyToManyField(Tag, blank=True, related_name="datasets")
    owners = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="owned_datasets")
    owner_teams = models.ManyToManyField(Team, blank=True, related_name="owned_datasets")
    certification = models.CharField(max_length=12, choices=Certification.choices, blank=True, default=Certification.NONE)
    certified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    words = SearchVectorField(null=True, editable=False)
    """See governance.catalog.words."""

    class Meta:
        verbose_name = "dataset"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="dataset_once")]
        indexes = [
            models.Index(fields=["name", "id"], name="dataset_name"),
            models.Index(fields=["domain", "id"], name="dataset_domain"),
            models.Index(fields=["sensitivity", "id"], name="dataset_sensitivity"),
            GinIndex(fields=["words"], name="dataset_words"),
        ]

    def __str__(self) -> str:
        return ".".join((*self.path, self.name))

    @property
    def kind_words(self) -> str:
        """The kind as people read it: materialized view."""
        return self.kind.replace("_", " ")

    @property
    def is_up_to_date(self) -> bool:
        """Whether the source says that nothing changed since the last scan that went through."""
        return bool(self.fingerprint) and self.fingerprint == self.scanned_fingerprint and self.error is None and self.scanned is not None


class Field(models.Model):
    """One column of a dataset.

    `entity`, `family`, `score` and `sensitivity` are what holds now: the suggestion of the last scan, or what a person decided. `suggested_entity` and
    `suggested_score` keep what the last scan thought in any case. `evidence` (a `Verdict.as_json()`) and `profile` hold masked values only.
    """

    class State(models.TextChoices):
        NONE = "none", "nothing found"
        SUGGESTED = "suggested"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="fields")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="paths", editable=False)
    """The column whose documents hold this path; null for a column."""
    name = models.TextField()
    position = models.PositiveIntegerField()
    type = models.TextField(blank=True)
    kind = models.CharField(max_length=12, default="other")
    nullable = models.BooleanField(default=True)
    is_key = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    entity = models.CharField(max_length=50, blank=True)
    family = models.CharField(max_length=50, blank=True)
    score = models.FloatField(null=True)
    sensitivity = models.CharField(max_length=12, choices=Sensitivity.choices, default=Sensitivity.PUBLIC)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NONE)
    suggested_entity = models.CharField(max_length=50, blank=True)
    suggested_score = models.FloatField(null=True)
    evidence = models.JSONField(null=True)
    profile = models.JSONField(null=True)
    judge = models.JSONField(null=True, editable=False)
    """What the suggestion was made from: {"model", "text", "version" (of the rule set), "rules" (its name), "own" (digest of the source's), "data" (digest), …}."""
    found = models.DateTimeField(null=True)
    """When the present entity was first found here."""
    first_seen = models.DateTimeField(default=timezone.now)
    gone = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    decided = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=500, blank=True)

    description = models.TextField(blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="fields")
    words = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = "field"
        ordering = ["dataset_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="field_once")]
        indexes = [
            models.Index(fields=["family", "state"], name="field_family", condition=~Q(family="")),
            models.Index(fields=["state", "id"], name="field_state", condition=~Q(state="none")),
            GinIndex(fields=["words"], name="field_words"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}.{self.name}"


class DatasetVersion(models.Model):
    """The structure of a dataset as it was from `created` on, and what people said of it.

    `fields` is [{"name", "type", "kind", "nullable", "is_key", "comment"}]; `change` names what is new. `curation` is what people said: {"description", "domain",
    "tags", "owners", "owner_teams", "certification", "fields": {name: {"description", "tags"}}} with ids and without what is empty; restoring brings it back.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    fields = models.JSONField(default=list)
    change = models.JSONField(default=dict)
    """{"added": [names], "removed": [names], "renamed": [{"before", "after"}], "changed": [{"name", "before", "after"}], "description"?: {"before", "after"}, …}."""
    curation = models.JSONField(default=dict)
    scan_id = models.BigIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "dataset version"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_once")]


class ProfileSnapshot(models.Model):
    """The measured size and null shares of a dataset at one scan, for its profile over time; at most one a scan."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="snapshots")
    scan_id = models.BigIntegerField()
    time = models.DateTimeField(default=timezone.now)
    rows = models.BigIntegerField(null=True)
    size = models.BigIntegerField(null=True)
    fields = models.JSONField(default=dict)
    """Field name → {"nulls", "distinct"}; no values."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "scan_id"], name="snapshot_once")]


class Decision(models.Model):
    """What a person said of a field; the newest one that is not undone holds."""

    class Verdict(models.TextChoices):
        CONFIRM = "confirm"
        REJECT = "reject"
        SET = "set"

    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    entity = models.CharField(max_length=50, blank=True)
    suggested_entity = models.CharField(max_length=50, blank=True)
    suggested_score = models.FloatField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    time = models.DateTimeField(default=timezone.now)
    undone = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "decision"
        ordering = ["-id"]


class FindingChange(models.Model):
    """One line of the ledger: what is suggested or holds of a field became something else, and why. Never rewritten."""

    class Cause(models.TextChoices):
        DATA = "data", "the data"
        RULE_SET = "rule_set", "the rule set"
        MODEL = "model", "the column model"
        THRESHOLD = "threshold", "a threshold"
        DECISION = "decision", "a decision"

    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="changes")
    scan_id = models.BigIntegerField(null=True)
    time = models.DateTimeField(default=timezone.now)
    before_entity = models.CharField(max_length=50, blank=True)
    before_score = models.FloatField(null=True)
    before_state = models.CharField(max_length=10, choices=Field.State.choices)
    after_entity = models.CharField(max_length=50, blank=True)
    after_score = models.FloatField(null=True)
    after_state = models.CharField(max_length=10, choices=Field.State.choices)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    causes = ArrayField(models.CharField(max_length=10), default=list)
    """Everything that was different from the time before; `cause` is the first of them."""
    detail = models.CharField(max_length=500, blank=True)
    rules_before = models.CharField(max_length=120, blank=True)
    rules_after = models.CharField(max_length=120, blank=True)
    model_before = models.CharField(max_length=60, blank=True)
    model_after = models.CharField(max_length=60, blank=True)
    evidence = models.CharField(max_length=32, blank=True)
    """A digest of the evidence afterwards."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "finding change"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["field", "-id"], name="finding_change_field"),
            models.Index(fields=["scan_id", "id"], name="finding_change_scan", condition=Q(scan_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before_entity or 'nothing'} → {self.after_entity or 'nothing'}"


class Word(models.Model):
    """The search's vocabulary with the trigrams of each word, so that typing errors find their way without an extension."""

    text = models.CharField(max_length=100, primary_key=True)
    trigrams = ArrayField(models.CharField(max_length=3), default=list)

    class Meta:
        indexes = [GinIndex(fields=["trigrams"], name="word_trigrams")]
