"""Which entities there are, their families, and how sensitive they are under a source's rule set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from governance.core.errors import InvalidInput
from governance.sources.models import Source
from intelligence.classification import Settings, families
from intelligence.classification.patterns import catalogue
from intelligence.models import RuleSetVersion


def settings_of(source: Source) -> Settings:
    """The classification settings that hold for a source: its rule set's newest version, else the default rule set's, else the built-in ones."""
    versions = RuleSetVersion.objects.order_by("-number")
    chosen = versions.filter(rule_set=source.rule_set_id) if source.rule_set_id else versions.filter(rule_set__is_default=True)
    found = chosen.values_list("settings", flat=True).first()
    return Settings.from_json(found) if found else Settings()


def known_entities(settings: Settings | None = None) -> dict[str, str]:
    """Entity → family of everything that can be recognised or set, a rule set's own recognizers included."""
    return _builtin() | {one.entity: one.family for one in (settings.custom if settings else ())}


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
