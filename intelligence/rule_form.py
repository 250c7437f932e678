"""The form of a rule set: what it shows of the settings, and the settings that come back out of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from governance.core.errors import InvalidInput
from intelligence import rule_sets
from intelligence.classification.checksums import CHECKSUMS
from intelligence.classification.families import FAMILIES, label, sensitivity
from intelligence.classification.titles import title, titles

KINDS = {"regex": "Values fit a pattern", "dictionary": "Values are in a list", "field_name": "The column's name fits a pattern"}
CHECKS = {"": "none", **{name: one.title for name, one in CHECKSUMS.items()}}
EXAMPLE = [{"name": "customer number", "kind": "regex", "entity": "CUSTOMER_NUMBER", "family": "customer_number", "pattern": "KD-[0-9]{8}"}]


@dataclass(frozen=True, slots=True)
class Row:
    """One recognizer as the form shows it; lists are texts there."""

    name: str = ""
    kind: str = "regex"
    entity: str = ""
    family: str = ""
    pattern: str = ""
    words: str = ""
    context: str = ""
    weight: str = "8"
    is_enabled: bool = True
    check: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def rows(custom: str) -> list[Row] | None:
    """The recognizers of the form's JSON with what is wrong with each; None where that is no list of objects."""
    try:
        found = json.loads(custom or "[]")
    except json.JSONDecodeError:
        return None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    return [_row(one) for one in found]


def _row(one: Mapping[str, Any]) -> Row:
    weight = one.get("weight", 8)
    return Row(
        name=str(one.get("name") or ""),
        kind=str(one.get("kind") or ""),
        entity=str(one.get("entity") or ""),
        family=str(one.get("family") or ""),
        pattern=str(one.get("pattern") or ""),
        words="\n".join(_texts(one.get("words"))),
        context=", ".join(_texts(one.get("context"))),
        weight=f"{weight:g}" if isinstance(weight, int | float) else str(weight),
        is_enabled=one.get("is_enabled", True) is not False,
        check=str(one.get("check") or ""),
        errors={name: texts[0] for name, texts in rule_sets.wrong_with(one).items()},
    )


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def as_text(custom: object) -> str:
    """The recognizers as the JSON that people edit."""
    return json.dumps(custom or [], indent=2, ensure_ascii=False)


def families(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is looked for: the families that the portal knows, and those of the rule set's own recognizers."""
    disabled, chosen = set(settings.get("disabled") or []), settings.get("sensitivities") or {}
    thresholds, members = settings.get("thresholds") or {}, _members(settings)
    return [
        {
            "name": name,
            "label": label(name),
            "is_on": name not in disabled,
            "usual": sensitivity(name),
            "chosen": chosen.get(name, ""),
            "is_own": name not in FAMILIES,
            "threshold": thresholds.get(name),
            "entities": [{"value": one, "title": title(one), "is_off": one in disabled, "threshold": thresholds.get(one)} for one in members[name]],
            "left_out": sum(one in disabled for one in members[name]),
            "words": " ".join((label(name), *map(title, members[name]), *members[name])).lower(),
        }
        for name in (*FAMILIES, *_own_families(settings))
    ]


def unseen(settings: Mapping[str, Any]) -> list[str]:
    """Names that are switched off and that the form has no box for; they stay off."""
    shown = {*FAMILIES, *_own_families(settings), *(one for group in _members(settings).values() for one in group)}
    return sorted(set(settings.get("disabled") or []) - shown)


def _members(settings: Mapping[str, Any]) -> dict[str, list[str]]:
    """Family → its entities by title, the rule set's own included."""
    own = {str(one.get("entity", "")): str(one.get("family", "")) for one in _own(settings)}
    found: dict[str, list[str]] = defaultdict(list)
    for entity, family in sorted((rule_sets.entity_families() | own).items(), key=lambda pair: title(pair[0])):
        found[family].append(entity)
    return found


def entities(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a recognizer may find: value, title and family of each known entity, the rule set's own first."""
    own = {one.get("entity", ""): one.get("family", "") for one in _own(settings)}
    known = rule_sets.entity_families()
    found = [{"value": entity, "title": title(str(entity)), "family": str(family)} for entity, family in own.items() if entity not in known]
    return found + [{"value": entity, "title": titles()[entity], "family": family} for entity, family in sorted(known.items())]


def parsed(custom: str) -> Any:
    """The recognizers out of the text that people edit."""
    try:
        return json.loads(custom.strip() or "[]")
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The recognizers are not JSON: {error.msg} in line {error.lineno}. Open “Edit as JSON” and correct it.") from None


def read_settings(data: QueryDict) -> dict[str, Any]:
    """Classification settings from the form, without the recognizers; single entities that are left out come by name."""
    shown = [*FAMILIES, *(one for one in data.getlist("own_family") if one)]
    on = set(data.getlist("on"))
    kept = [one for one in dict.fromkeys(data.getlist("disabled_entity")) if one]
    return {
        "threshold": _number(data.get("threshold", "0.5")),
        "disabled": [*kept, *(name for name in shown if name not in on)],
        "sensitivities": {name: data[f"sensitivity.{name}"] for name in shown if data.get(f"sensitivity.{name}")},
        "custom": [],
    }


def read_sampling(data: QueryDict) -> dict[str, Any]:
    """How much is read: nothing for the portal's own setting."""
    text = data.get("rows", "").strip()
    return {"rows": int(text) if text.isdecimal() and len(text) < 9 else -1} if text else {}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _own(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    custom = settings.get("custom")
    return [one for one in custom if isinstance(one, dict)] if isinstance(custom, list) else []


def _own_families(settings: Mapping[str, Any]) -> list[str]:
    named = [*(str(one.get("family") or "") for one in _own(settings)), *(settings.get("sensitivities") or {})]
    off = [one for one in settings.get("disabled") or [] if one != one.upper()]
    return [one for one in dict.fromkeys([*named, *off]) if one and one not in FAMILIES]
