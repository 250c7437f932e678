"""Which entities there are, their families, and how sensitive they are under a source's rule set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from governance.core.errors import InvalidInput
from governance.sources.models import Source
from intelligence.classification import Settings, families
from intelligence.classification.patterns import catalogue
from intelligence.classification.titles import title
from intelligence.models import RuleSetVersion


def settings_of(source: Source) -> Settings:
    """The settings that hold for a source: its rule set's newest version, else the default rule set's, else the built-in ones, with what the source adds."""
    versions = RuleSetVersion.objects.order_by("-number")
    chosen = versions.filter(rule_set=source.rule_set_id) if source.rule_set_id else versions.filter(rule_set__is_default=True)
    found = chosen.values_list("settings", flat=True).first()
    return merged(Settings.from_json(found) if found else Settings(), source.classification)


def merged(settings: Settings, own: Mapping[str, Any] | None) -> Settings:
    """A rule set's settings with what a source adds: its own thresholds win, what it switches off is off as well."""
    if not own:
        return settings
    return settings.but(
        threshold=own.get("threshold", settings.threshold),
        thresholds={**settings.thresholds, **own.get("thresholds", {})},
        disabled=settings.disabled | frozenset(own.get("disabled", ())),
    )


def threshold_told(source: Source, entity: str) -> str:
    """From which score on an entity is suggested in a source, and who says so."""
    own, settings = source.classification or {}, settings_of(source)
    family = family_known(entity, settings)
    value = settings.threshold_for(entity, family)
    for name, words in ((entity, f"for {title(entity)}"), (family, f"for {families.label(family)}")):
        if name in settings.thresholds:
            return f"It is suggested from {value:g} on: the threshold {words} {'in this source' if name in own.get('thresholds', {}) else 'in the rule set'}."
    return f"It is suggested from {value:g} on: the threshold of {'this source' if 'threshold' in own else 'the rule set'}."


def known_entities(settings: Settings | None = None) -> dict[str, str]:
    """Entity → family of everything that can be recognised or set, a rule set's own recognizers included."""
    return _builtin() | {one.entity: one.family for one in (settings.custom if settings else ())}


def family_known(entity: str, settings: Settings) -> str:
    """The family of an entity, empty when nobody knows it. Asked for one entity it costs no copy of all."""
    own = next((one.family for one in settings.custom if one.entity == entity), None)
    return own or _builtin().get(entity, "")


def family_of(entity: str, settings: Settings | None = None) -> str:
    """The family of an entity; InvalidInput names what is wrong with one that nobody knows."""
    families_of = known_entities(settings)
    if entity not in families_of:
        near = sorted(name for name in families_of if entity[:3].upper() in name)[:8]
        raise InvalidInput(
            f"There is no entity {entity[:50]!r}. {'Did you mean ' + ', '.join(near) + '?' if near else 'GET /api/v1/entities/ lists them.'}",
            errors={"entity": ["unknown"]},
        )
    return families_of[entity]


def choices(settings: Settings | None = None) -> Mapping[str, list[str]]:
    """Label of the family → its entities, for forms."""
    found: dict[str, list[str]] = {}
    for entity, family in sorted(known_entities(settings).items(), key=lambda pair: (families.label(pair[1]), pair[0])):
        found.setdefault(families.label(family), []).append(entity)
    return found


@cache
def _builtin() -> dict[str, str]:
    found = {entity: family for family, entity in families.GENERIC.items()}
    for one in catalogue().all.values():
        if one.entity and one.family:
            found[one.entity] = one.family
    return found
