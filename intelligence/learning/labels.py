"""Keeping what people decide, as labels to learn from."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from intelligence.classification.model import NOTHING
from intelligence.learning.models import Label


def keep_label(field_id: int, *, group: int, family: str | None, features: Mapping[str, float] | None) -> None:
    """Keep what a field holds (None: nothing sensitive); without features, which only a scan gives, there is nothing to learn from."""
    if not features:
        drop_label(field_id)
        return
    values = {"group": group, "family": family or NOTHING, "features": dict(features), "time": timezone.now()}
    Label.objects.update_or_create(field_id=field_id, defaults=values)


def drop_label(field_id: int) -> None:
    """Forget a decision that was taken back."""
    Label.objects.filter(field_id=field_id).delete()
