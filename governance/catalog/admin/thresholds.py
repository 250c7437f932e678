"""Thresholds, with a look at what they would change before they are kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.catalog.entities import settings_of
from governance.catalog.queries import MOST_OPTIONS
from governance.catalog.services import report_card, thresholding
from governance.core.access import Actor, actor_of, require, visible
from governance.core.admin_pages import page
from governance.core.errors import GovernanceError, NotFound
from governance.sources.models import Source
from intelligence import rule_sets
from intelligence.classification import families
from intelligence.classification.titles import title
from intelligence.models import RuleSet


@page("thresholds/", "thresholds", "Thresholds", "catalog/thresholds.html")
def thresholds_page(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """A look at what another threshold would change; a POST keeps it."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    subjects = _subjects(actor)
    subject = next((one for key, one in subjects if key == given.get("of")), subjects[0][1] if subjects else None)
    if subject is None:
        require(actor, "manage")
        raise NotFound("There is no rule set yet. Run `manage.py setup`.")
    name = given.get("name", "")[:50]
    now = _present(subject, name)
    value = _share(given.get("to", ""), now)
    here = f"{reverse('admin:thresholds')}?{urlencode({'of': _key(subject), 'name': name})}"
    try:
        if request.method == "POST":
            change = None if given.get("clear") else value
            told = thresholding.move(
                subject, threshold=change if not name else None, thresholds={name: change} if name or change is None else {}, actor=actor
            )
            messages.success(request, f"Kept. {told['appears']} fields appeared, {told['disappears']} disappeared, {told['changes']} changed.")
            return HttpResponseRedirect(here)
        moved = thresholding.preview(subject, threshold=value if not name else None, thresholds={name: value} if name else {}, actor=actor)
    except GovernanceError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(reverse("admin:thresholds") if name else reverse("admin:report-card"))
    assert moved.before is not None and moved.after is not None
    pairs = [(one.title, one, moved.after.overall[key]) for key, one in moved.before.overall.items()]
    return {
        "crumbs": [("Sensitive data", ""), ("Report card", reverse("admin:report-card")), ("Thresholds", "")],
        "subjects": [(key, _called(one), one == subject) for key, one in subjects],
        "of": _key(subject),
        "name": name,
        "names": _names(),
        "what": (title(name) if name not in families.FAMILIES else families.label(name)) if name else "everything",
        "now": now,
        "to": value,
        "is_own": name in _own_thresholds(subject),
        "is_moved": abs(value - now) > 1e-9,
        "told": moved.as_json(actor),
        "pairs": pairs,
        "shown": thresholding.SHOWN,
    }


def _subjects(actor: Actor) -> list[tuple[str, RuleSet | Source]]:
    """What the reader may set thresholds of: rule sets first, the default one before the others."""
    sets: list[Any] = list(visible(actor, RuleSet.objects.order_by("-is_default", "name"), "manage")[:MOST_OPTIONS])
    sources: list[Any] = list(visible(actor, Source.objects.order_by("name"), "manage")[:MOST_OPTIONS])
    return [(_key(one), one) for one in [*sets, *sources]]


def _key(subject: RuleSet | Source) -> str:
    return f"{'source' if isinstance(subject, Source) else 'rules'}-{subject.pk}"


def _called(subject: RuleSet | Source) -> str:
    return f"Source {subject.name} only" if isinstance(subject, Source) else f"Rule set {subject.name}{' (default)' if subject.is_default else ''}"


def _present(subject: RuleSet | Source, name: str) -> float:
    """The threshold that counts now."""
    settings = settings_of(subject) if isinstance(subject, Source) else rule_sets.settings_of(rule_sets.current(subject))
    known = report_card.families_of_all()
    return settings.threshold_for(name or None, known.get(name, name) or None)


def _own_thresholds(subject: RuleSet | Source) -> dict[str, float]:
    if isinstance(subject, Source):
        own = subject.classification or {}
        return {**own.get("thresholds", {}), **({"": own["threshold"]} if "threshold" in own else {})}
    return rule_sets.settings_of(rule_sets.current(subject)).thresholds


def _names() -> list[tuple[str, list[tuple[str, str]]]]:
    """Families, then the entities of each."""
    known: dict[str, list[tuple[str, str]]] = {}
    for entity, family in report_card.families_of_all().items():
        known.setdefault(family, []).append((entity, title(entity)))
    labelled = sorted(((families.label(family), family) for family in known), key=lambda pair: pair[0])
    return [(label, [(family, f"All of {label}"), *sorted(known[family], key=lambda pair: pair[1])]) for label, family in labelled]


def _share(text: str, otherwise: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if 0 < value <= 1 else otherwise
