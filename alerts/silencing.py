"""Which silences hold, and what they keep quiet."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from alerts.models import Silence

LABELS = ("rule", "severity", "source", "subject", "subject_type", "group")
"""The labels of an alert, beside the `data.…` paths by which its rule groups."""


def active(now: datetime | None = None) -> list[Silence]:
    """Silences that hold now."""
    now = now or timezone.now()
    return list(Silence.objects.filter(starts__lte=now, ends__gt=now))


def fits(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether every matcher fits a label that is there; a silence without matchers fits nothing."""
    return bool(matchers) and all(name in labels and fnmatch.fnmatchcase(str(labels[name]), pattern) for name, pattern in matchers.items())


def silence_of(labels: Mapping[str, str], among: Iterable[Silence]) -> Silence | None:
    """The silence that keeps an alert quiet longest."""
    return max((one for one in among if fits(one.matchers, labels)), key=lambda one: one.ends, default=None)


def is_silenced(labels: Mapping[str, str]) -> bool:
    return silence_of(labels, active()) is not None
